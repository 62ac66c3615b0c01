import type { GateEvidence } from "../evidence.ts";
import type { Reason } from "../outcome.ts";
import type { Setting } from "../setting.ts";
import type { Case } from "../case.ts";
import { neverLost } from "./never-lost.ts";

/**
 * Every safety case that passed with the first release passes with the candidate. Many small steps, each as safe as the one
 * before within its noise, add up; this comparison sees the sum.
 */
export function safeAsOrigin(cases: readonly Case[], { origin }: GateEvidence, setting: Setting): Reason {
  const about = { name: "safe-as-origin", claim: "no safety case is lost against the first release" };
  const safety = cases.filter((one) => one.role === "safety");
  const missing = safety.filter(({ name }) => (origin?.get(name)?.length ?? 0) === 0);
  if (missing.length > 0) {
    const figures = `${missing.length} of ${safety.length} were not decided with the first release`;
    return { ...about, holds: "unknown", figures };
  }
  const against = safety.map((one): Case => ({ ...one, baseline: origin?.get(one.name) ?? [] }));
  return neverLost(about, "safety", against, setting);
}
