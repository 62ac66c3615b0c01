/**
 * What a harness visibly did with replies, results, waits and limits. Facts are about the protocol, so that they hold for any
 * harness that speaks it. None is a failure by itself: what counts is how much more often failing runs show it.
 */
import { blocksOf, fingerprint, textOf } from "../view.ts";
import type { CallView, View } from "../view.ts";
import type { Fact } from "./fact-words.ts";
import { compactions, isNotes, skills, texts } from "./request-facts.ts";
import type { Note } from "./request-facts.ts";

/** Never throws: what an incomplete trace does not show is no fact. */
export function factsOf(view: View): Set<Fact> {
  const facts = new Set<Fact>();
  const note = (fact: Fact, holds: boolean): void => {
    if (holds) facts.add(fact);
  };
  replies(view, note);
  for (const call of view.calls) answer(call, note);
  waits(view, note);
  rounds(view, note);
  texts(view, note);
  compactions(view, note);
  ends(view, note);
  skills(view, note);
  return facts;
}

function replies(view: View, note: Note): void {
  for (const [at, { event, index }] of view.models.entries()) {
    const { reply } = event;
    const next = view.models[at + 1];
    if (!reply || isNotes(view, at)) continue;
    const asked = reply.content.filter((block) => block.type === "tool_use");
    const ran = view.calls.filter((call) => call.index > index && call.index < (next?.index ?? Infinity));
    note("cut_reply", reply.stop_reason === "max_tokens");
    note("cut_reply_acted", reply.stop_reason === "max_tokens" && ran.length > 0);
    note("refusal_acted", reply.stop_reason === "refusal" && (ran.length > 0 || next !== undefined));
    note("call_not_run", reply.stop_reason === "tool_use" && ran.length < asked.length);
    const order = ran.map(({ event: { name, input } }) => fingerprint({ name, input }));
    const wanted = asked.map((block) => fingerprint(block));
    note(
      "out_of_order",
      order.length === wanted.length &&
        order.some((each, i) => each !== wanted[i]) &&
        order.toSorted().join() === wanted.toSorted().join(),
    );
    note(
      "input_as_text",
      (asked.some((block) => typeof block.input === "string") && ran.length < asked.length) ||
        ran.some(({ event: { input } }) => typeof input === "string"),
    );
    note("calls_ignored", reply.stop_reason === "end_turn" && asked.length > 0 && ran.length === 0);
    note("pause_ended", reply.stop_reason === "pause_turn" && next === undefined);
    const shown = ran.reduce((sum, call) => sum + (call.shown ? textOf(call.shown).length : 0), 0);
    note("batch_large", ran.length > 1 && shown > 16_000);
    if (!next || isNotes(view, at + 1) || shrank(view, at + 1)) continue;
    const request = view.requests.get(next.index) ?? [];
    const thought = reply.content.find(({ type }) => type === "thinking");
    const back = request.flatMap((message) => (message.role === "assistant" ? blocksOf(message) : []));
    const isBack = back.some((block) => JSON.stringify(block) === JSON.stringify(thought));
    note("thinking_lost", thought !== undefined && !isBack && reply.stop_reason !== "max_tokens");
    note("thinking_kept", thought !== undefined && isBack && reply.stop_reason === "max_tokens");
    note("history_lost", (next.event.request.shared ?? 0) < (view.requests.get(index)?.length ?? 0) - 1);
    const worth = reply.content.some(
      (block) => block.type === "tool_use" || (block.type === "text" && block.text.trim() !== ""),
    );
    const kept = request.some(
      (message) =>
        message.role === "assistant" &&
        blocksOf(message).some((block) =>
          reply.content.some(
            (each) => each.type === block.type && JSON.stringify(each) === JSON.stringify(block),
          ),
        ),
    );
    note("reply_lost", worth && !kept && reply.stop_reason !== "max_tokens");
    note(
      "results_missing",
      ran.some((call) => call.askedAgain && !call.shown),
    );
  }
}

function answer({ event, shown, askedAgain }: CallView, note: Note): void {
  if (!askedAgain || !shown) return;
  const text = textOf(shown);
  const { content, is_error, exit_code, failure } = event.result;
  const failed = is_error || failure !== undefined || (exit_code ?? 0) !== 0;
  note("error_unmarked", failed && shown.is_error !== true);
  note("error_marked", !failed && shown.is_error === true);
  if (content.length < 200) return;
  const lines = new Set(content.split("\n"));
  const own = text.split("\n").filter((line) => !lines.has(line) && !content.includes(line));
  const others =
    text.length > 60 && !content.includes(text.slice(0, 30)) && !content.includes(text.slice(-30));
  note("result_swapped", others);
  note("cut_unmarked", text.length < content.length && own.length === 0);
  note(
    "tail_lost",
    !text.endsWith(content.trimEnd().slice(-40)) && !text.trimEnd().endsWith(content.trimEnd().slice(-40)),
  );
  note("head_lost", !text.includes(content.slice(0, 40)));
}

function waits(view: View, note: Note): void {
  const { events } = view.trace;
  for (const [at, event] of events.entries()) {
    const rest = events.slice(at + 1, at + 4);
    if (event.kind === "noted") {
      const wait = event.data["wait_ms"];
      note("waited_long", typeof wait === "number" && wait > 20_000);
    }
    if (event.kind === "model_called" && event.error) {
      const next = rest.find(({ kind }) => kind === "model_called");
      note("error_not_retried", next === undefined && event.error.retryable);
      const told = rest.find(({ kind }) => kind === "noted");
      const wait = told?.kind === "noted" ? told.data["wait_ms"] : undefined;
      note(
        "asked_again_too_soon",
        next !== undefined && typeof wait === "number" && wait < (event.error.retry_after_ms ?? 0),
      );
      note(
        "waited_long",
        typeof wait === "number" && wait > 10 * Math.max(1000, event.error.retry_after_ms ?? 0),
      );
    }
    if (event.kind === "tool_called" && event.result.failure) {
      const next = rest.find(({ kind }) => kind === "model_called" || kind === "tool_called");
      const again = next?.kind === "tool_called" && next.call_id === event.call_id;
      const transient = event.result.failure.kind === "transient";
      note("transient_not_retried", transient && !again);
      note("permanent_retried", !transient && again);
    }
  }
}

const ROUNDS = 4;

function rounds(view: View, note: Note): void {
  const told = view.trace.events.filter((event) => event.kind === "noted").map((event) => event.note);
  const steps = view.calls.map(({ event }) => `${fingerprint(event)} ${event.result.content}`);
  let same = 1;
  for (const [at, step] of steps.entries()) {
    same = at > 0 && step === steps[at - 1] ? same + 1 : 1;
    note("circle_unnoticed", same > ROUNDS && !told.includes("stagnation"));
  }
  note("circle_noticed", told.includes("stagnation"));
  note("nudged", told.includes("nudge"));
  for (const [at, event] of view.trace.events.entries()) {
    if (event.kind !== "noted" || event.note !== "nudge") continue;
    const next = view.trace.events.slice(at).find(({ kind }) => kind === "model_called");
    const last = next?.kind === "model_called" ? next.request.messages.at(-1) : undefined;
    note("nudge_unsent", next !== undefined && (last === undefined || last.role !== "user"));
  }
}

/** Made shorter, a conversation lacks replies for a reason. */
function shrank(view: View, at: number): boolean {
  const size = (model: number): number => view.requests.get(view.models[model]?.index ?? -1)?.length ?? 0;
  return size(at) < size(at - 1);
}

function ends(view: View, note: Note): void {
  const status = view.finished?.event.status;
  note("ended_in_error", status === "error");
  note("gave_up", status === "gave_up");
  const limit = /\b(\d+) model calls\b/.exec(view.finished?.event.summary ?? "")?.[1];
  note("steps_unused", status === "budget" && limit !== undefined && view.models.length < Number(limit));
  const last = view.models.at(-1)?.event.reply;
  note("claimed", status === "done" && last?.stop_reason === "tool_use");
}
