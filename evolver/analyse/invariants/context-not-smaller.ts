import type { EventOf } from "../../../runtime/kernel/trajectory/events.ts";
import type { Detector } from "../detector.ts";
import type { At, View } from "../view.ts";

/** Compactions without any gain that are one too many, unless the context has grown by this much since the one before. */
const TOO_OFTEN = 3;
const GROWN = 1.05;

/** After a compaction that counts as one the context is smaller, and what brought nothing is not done again and again. */
export const contextNotSmaller: Detector = (view) => {
  let useless = 0;
  let size = 0;
  for (const note of compactions(view)) {
    const { before, after, smaller } = note.event.data;
    const grew = typeof before === "number" && typeof after === "number" && after >= before;
    if (smaller === false || (grew && smaller !== true)) {
      const known = typeof before === "number" ? before : size;
      useless = known > size * GROWN ? 1 : useless + 1;
      size = known;
      if (useless === TOO_OFTEN)
        return found(
          note.index,
          "compaction without any gain is tried again",
          `${TOO_OFTEN} compactions in a row made nothing smaller`,
        );
      continue;
    }
    useless = 0;
    if (grew)
      return found(note.index, "the context grew in compaction", `compaction made ${before} tokens ${after}`);
    const [sent, next] = around(view, note.index);
    if (sent > 0 && next >= sent)
      return found(
        note.index,
        "the request grew after compaction",
        `${sent} characters before compaction, ${next} in the request after it`,
      );
  }
  return undefined;
};

function found(step: number, template: string, evidence: string): ReturnType<Detector> {
  return { category: "context-not-smaller", template, step, component: "harness", score: 0.94, evidence };
}

function compactions(view: View): At<EventOf<"noted">>[] {
  return view.trace.events.flatMap((event, index) =>
    event.kind === "noted" && /^(?:context_)?compact/i.test(event.note) ? [{ index, event }] : [],
  );
}

/** Characters of the last whole request before it with what was said and shown since, and of the first one after it; 0 when there is none. */
function around(view: View, index: number): [number, number] {
  const next = view.models.find((model) => model.index > index);
  const before = view.models.filter((model) => model.index < index);
  // A request for a summary is made in between; it holds no calls and no results of its own.
  const last = before.findLast(
    (model) => (view.requests.get(model.index)?.length ?? 0) > 1 || before.length === 1,
  );
  if (!next || !last) return [0, 0];
  const since = view.calls.filter((call) => call.index > last.index && call.index < index);
  const added = since.reduce((sum, { event }) => sum + event.result.content.length, 0);
  const said = JSON.stringify(last.event.reply?.content ?? []).length;
  return [size(view, last.index) + said + added, size(view, next.index)];
}

function size(view: View, index: number): number {
  return JSON.stringify(view.requests.get(index) ?? []).length;
}
