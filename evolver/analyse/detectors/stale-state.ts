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
  for (const call of view.calls) {
    const path = pathOf(call);
    if (path === undefined || !changes(call)) continue;
    const between = changedSinceRead(call, path, view);
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

/** The first other change of the file between its last reading and this call. */
function changedSinceRead(call: CallView, path: string, view: View): CallView | undefined {
  const before = view.calls.filter(({ index }) => index < call.index);
  const read = before.findLastIndex((each) => pathOf(each) === path && !each.event.result.is_error);
  if (read < 0) return undefined;
  return before.slice(read + 1).find((each) => isChangeOf(path, each));
}

function isChangeOf(path: string, call: CallView): boolean {
  const command = commandOf(call);
  if (call.event.result.is_error || !command.includes(path)) return false;
  const after = command.slice(0, command.indexOf(path));
  return />{1,2}\s*["']?$|\b(?:sed\s[^|;&]*-i|mv|tee|rm|truncate|patch)\b[^|;&]*$/.test(after);
}

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
