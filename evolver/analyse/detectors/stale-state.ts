import type { Detector } from "../detector.ts";
import { commandOf, isWrite, pathOf } from "../calls.ts";
import type { CallView, View } from "../view.ts";

/** The run changed a file that something else had changed since it was read. */
export const staleState: Detector = (view) => {
  const said = view.calls.findLast(
    ({ event }) => event.result.is_error && CHANGED.test(event.result.content),
  );
  if (said && !mended(said, view))
    return found(said, 0.78, `${said.event.name} found that it had changed since`);
  // By path, the place of the call that last read or wrote it.
  const known = new Map<string, number>();
  for (const [place, call] of view.calls.entries()) {
    const path = pathOf(call);
    if (path === undefined) continue;
    const read = known.get(path);
    if (!call.event.result.is_error) known.set(path, place);
    if (read === undefined || !changes(call)) continue;
    const between = view.calls.slice(read + 1, place).find((each) => isChangeOf(path, each));
    if (!between) continue;
    const how = `${call.event.name} changed ${path}, which ${between.event.name} had changed after it was read`;
    return found(call, call.event.result.is_error ? 0.64 : 0.34, how);
  }
  return undefined;
};

const CHANGED =
  /\b(?:changed|modified|updated) (?:since|on disk|externally)|\bhas been (?:changed|modified)\b|\bstale\b|\bout of date\b|\bversion (?:conflict|mismatch)\b|\bno longer (?:exists|matches|there)\b/i;

function found(call: CallView, score: number, evidence: string): ReturnType<Detector> {
  return {
    category: "stale-state",
    template: `${call.event.name} on what had changed since it was read`,
    step: call.index,
    component: "model",
    score,
    evidence,
  };
}

/** What changes the file that it names, also when it fails. */
function changes(call: CallView): boolean {
  return isWrite(call) || /^(?:edit|str_replace|apply|patch)/.test(call.event.name);
}

function isChangeOf(path: string, call: CallView): boolean {
  const command = commandOf(call);
  if (call.event.result.is_error || !command.includes(path)) return false;
  const before = command.slice(0, command.indexOf(path)).slice(-LONGEST);
  return />{1,2}\s*["']?$|\b(?:sed\s[^|;&]*-i|mv|tee|rm|truncate|patch)\b[^|;&]*$/.test(before);
}

/** Characters before a path that may tell what happens to it: the time to look grows with the square of them. */
const LONGEST = 2000;

function mended(said: CallView, view: View): boolean {
  const path = pathOf(said);
  return view.calls.some(
    (call) =>
      call.index > said.index &&
      !call.event.result.is_error &&
      call.event.name === said.event.name &&
      pathOf(call) === path,
  );
}
