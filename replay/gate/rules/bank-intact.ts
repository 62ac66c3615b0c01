import type { GateEvidence } from "../evidence.ts";
import type { Reason } from "../outcome.ts";
import type { Setting } from "../setting.ts";
import type { Case } from "../case.ts";
import { neverLost } from "./never-lost.ts";

/** Nothing that an earlier patch fixed breaks again. A case of the bank that cannot be opened leaves it unknown. */
export function bankIntact(cases: readonly Case[], evidence: GateEvidence, setting: Setting): Reason {
  const about = { name: "bank-intact", claim: "nothing that was fixed before breaks again" };
  const reason = neverLost(about, "bank", cases, setting);
  const unreadable = evidence.unreadable ?? [];
  if (reason.holds === "fails" || unreadable.length === 0) return reason;
  return { ...reason, holds: "unknown", figures: `cannot be opened: ${unreadable.join("; ")}` };
}
