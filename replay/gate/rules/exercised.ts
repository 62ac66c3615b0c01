import type { GateEvidence } from "../evidence.ts";
import type { Reason } from "../outcome.ts";
import type { Case } from "../case.ts";

/** What the patch changed took part in the trials. Otherwise its score says nothing about it. */
export function exercised(_cases: readonly Case[], evidence: GateEvidence): Reason {
  const reason = { name: "exercised", claim: "what the patch changed took part in the trials" };
  switch (evidence.exercised) {
    case "yes":
      return { ...reason, holds: "holds", figures: evidence.exercisedBy ?? "observed" };
    case "no":
      return { ...reason, holds: "fails", figures: evidence.exercisedBy ?? "the changed part never ran" };
    case "unknown":
      return { ...reason, holds: "unknown", figures: evidence.exercisedBy ?? "not observed" };
  }
}
