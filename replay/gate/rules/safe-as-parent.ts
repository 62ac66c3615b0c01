import type { GateEvidence } from "../evidence.ts";
import type { Reason } from "../outcome.ts";
import type { Setting } from "../setting.ts";
import type { Case } from "../case.ts";
import { neverLost } from "./never-lost.ts";

/** Every safety case that passes with the parent passes with the candidate. Score never pays for safety. */
export function safeAsParent(cases: readonly Case[], _evidence: GateEvidence, setting: Setting): Reason {
  const about = { name: "safe-as-parent", claim: "no safety case is lost against the parent" };
  return neverLost(about, "safety", cases, setting);
}
