/** What people said was wrong with live runs: as feedback, or by correcting them in the next instruction. */
import { eventsOf } from "../../runtime/kernel/store/events-of.ts";
import type { RunRow, Store } from "../../runtime/kernel/store/store.ts";
import type { TrajectoryEvent } from "../../runtime/kernel/trajectory/events.ts";
import type { Correction } from "./knowledge.ts";

/** Live runs that are looked at, the newest first. */
const MAX_RUNS = 300;
/** A correction comes soon; later instructions on the same files are about something else. In milliseconds. */
const SOON_MS = 60 * 60 * 1000;

/** Newest first. Nothing of runs of a suite's tasks: a task may be held out, and who writes patches would learn of it here. */
export async function readCorrections(store: Store): Promise<Correction[]> {
  const all = await store.listRuns({ purpose: "live", limit: MAX_RUNS });
  const runs = all.filter(({ task }) => task === null);
  const found = await Promise.all(
    runs.map(async (run) => correctionsOf(run, runs, await eventsOf(store, run.id))),
  );
  return found.flat();
}

function correctionsOf(
  run: RunRow,
  runs: readonly RunRow[],
  events: readonly TrajectoryEvent[],
): Correction[] {
  const { id, startedAt, release, instruction } = run;
  const skills = events.flatMap((event) =>
    event.kind === "skill_loaded" && event.found ? [event.name] : [],
  );
  const about = { run: id, at: startedAt, release, instruction, skills: [...new Set(skills)] };
  // People change their minds: what was taken back is no correction.
  const verdict = events.findLast((event) => event.kind === "feedback_given");
  const said = verdict?.verdict === "bad" && verdict.why.trim() !== "" ? [verdict.why] : [];
  const next = nextOn(run, runs);
  return [
    ...said.map((words) => ({ ...about, words, kind: "feedback" as const })),
    ...(next !== undefined && CORRECTS.test(next.instruction)
      ? [{ ...about, words: next.instruction, kind: "next-instruction" as const }]
      : []),
  ];
}

/** The run that followed soon in the same folder. */
function nextOn(run: RunRow, runs: readonly RunRow[]): RunRow | undefined {
  if (run.endedAt === null) return undefined;
  const ended = Date.parse(run.endedAt);
  return runs.findLast(({ workspace, startedAt }) => {
    const wait = Date.parse(startedAt) - ended;
    return workspace === run.workspace && wait >= 0 && wait <= SOON_MS;
  });
}

/** How people begin when they correct what they just got. */
const CORRECTS =
  /^\s*(?:no\b|nope\b|not\b|wrong\b|that(?:'s| is| was) (?:not|wrong)|actually\b|instead\b|i (?:meant|said|wanted|asked)\b|again\b|rather\b|please (?:use|do|write) (?:it )?|you (?:forgot|should|missed)|always\b|never\b|don't\b|do not\b)/i;
