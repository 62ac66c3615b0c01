import type { Detector } from "../detector.ts";
import { isWrite } from "../calls.ts";

/** The last thing that the run did was to write, and it called that done. Most such runs are right: a weak sign. */
export const unverifiedWrite: Detector = (view) => {
  const last = view.calls.at(-1);
  if (!last || !isWrite(last)) return undefined;
  if (view.finished && view.finished.event.status !== "done") return undefined;
  return {
    category: "unverified-write",
    template: `nothing looked at what ${last.event.name} wrote`,
    step: last.index,
    component: view.skills.length > 0 ? "skill" : "prompt",
    score: 0.28,
    evidence: `${last.event.name} was the last call, and nothing looked at what came of it`,
  };
};
