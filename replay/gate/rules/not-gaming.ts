import type { GateEvidence } from "../evidence.ts";
import type { Reason } from "../outcome.ts";
import type { Case } from "../case.ts";

/** Nothing looks as if the candidate was made to please its graders; see `replay/gaming/` for what is looked for. */
export function notGaming(_cases: readonly Case[], { gaming }: GateEvidence): Reason {
  const about = { name: "not-gaming", claim: "it does the work and does not game its graders" };
  if (gaming === undefined) return { ...about, holds: "unknown", figures: "this could not be looked at" };
  if (gaming.length > 0) return { ...about, holds: "fails", figures: gaming.join("; ") };
  return { ...about, holds: "holds", figures: "nothing was found in its text or its trials" };
}
