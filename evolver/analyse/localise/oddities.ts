/** What a run's own record shows to be out of the ordinary in how the harness handled things, in words of code. */
import type { Message } from "../../../runtime/kernel/protocol.ts";
import { textOf } from "../view.ts";
import type { CallView, View } from "../view.ts";

/** Not failures by themselves: what passing runs show as often weighs nothing. */
export function odditiesOf(view: View): string[] {
  return [
    ...(lostTask(view) ? ["task instruction context dropped compaction keep"] : []),
    ...(carriedOutTwice(view) ? ["call repeated twice dispatch id"] : []),
    ...(neverCarriedOut(view) ? ["call tool not run dispatch skipped"] : []),
    ...(shrank(view) ? ["context compaction summary dropped middle turns cut"] : []),
    ...view.calls.flatMap(oddAnswer),
    ...(view.models.some(({ event }) => event.reply?.stop_reason === "max_tokens")
      ? ["max tokens cut reply"]
      : []),
    ...(view.models.some(({ event }) => event.reply?.stop_reason === "pause_turn") ? ["paused reply"] : []),
    ...(view.models.some(({ event }) => event.reply?.stop_reason === "refusal") ? ["refused refusal"] : []),
    ...(view.models.some(({ event }) => event.reply?.content.length === 0) ? ["empty reply"] : []),
    ...(view.skills.length > 0 ? ["skill skills load"] : []),
  ];
}

function oddAnswer({ event, shown, askedAgain }: CallView): string[] {
  if (!askedAgain) return [];
  if (!shown) return ["call result answer outcome missing pair"];
  const text = textOf(shown);
  const failed = event.result.is_error || (event.result.exit_code ?? 0) !== 0;
  return [
    ...(failed && shown.is_error !== true ? ["error failed mark exit code"] : []),
    ...(!failed && shown.is_error === true ? ["error failed marked"] : []),
    ...(text.length < event.result.content.length ? ["truncate cut head tail bytes lines limit"] : []),
    ...(event.result.content.trim() === "" ? ["silent empty output"] : []),
    ...(event.result.failure?.kind === "transient" ? ["transient retry wait"] : []),
    ...(event.result.failure?.kind === "budget" ? ["budget"] : []),
  ];
}

function lostTask(view: View): boolean {
  const started = view.trace.events.find(({ kind }) => kind === "run_started");
  const task = started?.kind === "run_started" ? started.instruction.trim() : "";
  if (task === "") return false;
  const asked = [...view.requests.values()].filter((messages) => messages.length > 1);
  return asked.some((messages) => !messages.some((message) => plain(message).includes(task)));
}

function carriedOutTwice(view: View): boolean {
  const ids = view.calls.map(({ event }) => event.call_id);
  return new Set(ids).size < ids.length;
}

function neverCarriedOut(view: View): boolean {
  const asked = view.models.flatMap(
    ({ event }) => event.reply?.content.filter((block) => block.type === "tool_use") ?? [],
  );
  return asked.length > view.calls.length;
}

function shrank(view: View): boolean {
  const sizes = view.models.map(({ index }) => view.requests.get(index)?.length ?? 0);
  return sizes.some((size, at) => size < (sizes[at - 1] ?? 0));
}

function plain({ content }: Message): string {
  return typeof content === "string"
    ? content
    : content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
}
