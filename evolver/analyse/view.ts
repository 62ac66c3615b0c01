/** A trace made convenient: whole requests, calls paired with what the model was shown of them, the last words. */
import type { ContentBlock, Message, ToolResultBlock } from "../../runtime/kernel/protocol.ts";
import type { EventOf } from "../../runtime/kernel/trajectory/events.ts";
import type { Trace } from "../failure.ts";
import { wholeRequests, type Requests } from "./requests.ts";

/** An event with its index in the trace. */
export interface At<Event> {
  readonly index: number;
  readonly event: Event;
}

export interface CallView extends At<EventOf<"tool_called">> {
  /** The answer to this call in the next request; undefined when there was no next request or it lacks the answer. */
  readonly shown: ToolResultBlock | undefined;
  /** False when the run made no further request: then nothing was shown or hidden. */
  readonly askedAgain: boolean;
}

export interface View {
  readonly trace: Trace;
  readonly models: readonly At<EventOf<"model_called">>[];
  /** Of each model request, by index of its event. */
  readonly requests: Requests;
  readonly calls: readonly CallView[];
  readonly finished: At<EventOf<"finished">> | undefined;
  readonly exited: At<EventOf<"harness_exited">> | undefined;
  readonly budget: At<EventOf<"budget_reached">> | undefined;
  /** Names of the skills whose text the run asked for and got. */
  readonly skills: readonly string[];
  /** What the run said at its end: the last reply's text, or else the summary. */
  readonly lastWords: string;
  /** Made by another system: its requests are put together from a transcript, and no kernel watched over it. */
  readonly imported: boolean;
}

/** Never throws: an incomplete trace gives an incomplete view. */
export function viewOf(trace: Trace): View {
  const models = eventsOf(trace, "model_called");
  const requests = wholeRequests(models);
  const calls = withAnswers(eventsOf(trace, "tool_called"), models, requests);
  const finished = eventsOf(trace, "finished").at(-1);
  const lastText = models
    .at(-1)
    ?.event.reply?.content.flatMap((block) => (block.type === "text" ? [block.text] : []));
  return {
    trace,
    models,
    requests,
    calls,
    finished,
    exited: eventsOf(trace, "harness_exited").at(-1),
    budget: eventsOf(trace, "budget_reached").at(-1),
    skills: [
      ...new Set(eventsOf(trace, "skill_loaded").flatMap(({ event }) => (event.found ? [event.name] : []))),
    ],
    lastWords: lastText?.join("\n").trim() || finished?.event.summary.trim() || "",
    imported: trace.events.some((event) => event.kind === "run_started" && event.imported !== undefined),
  };
}

/** Text of a tool result as the model saw it. */
export function textOf(block: ToolResultBlock): string {
  return typeof block.content === "string"
    ? block.content
    : block.content.map((part) => part.text).join("\n");
}

/** The blocks of a message; plain text is one block. */
export function blocksOf({ content }: Message): readonly ContentBlock[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

/** Which call of the model it was, from 0; of an imported run, the step as its source counts. */
export function stepOf({ step, source }: EventOf<"model_called">): number {
  return source?.step ?? step;
}

/** Equal for calls that ask for the same thing. */
export function fingerprint(call: { readonly name: string; readonly input: unknown }): string {
  return `${call.name} ${JSON.stringify(sorted(call.input))}`;
}

function eventsOf<
  K extends
    | "model_called"
    | "tool_called"
    | "finished"
    | "harness_exited"
    | "budget_reached"
    | "skill_loaded",
>(trace: Trace, kind: K): At<EventOf<K>>[] {
  return trace.events.flatMap((event, index) =>
    event.kind === kind ? [{ index, event: event as unknown as EventOf<K> }] : [],
  );
}

/** Each message is read once, however many requests hold it. */
function withAnswers(
  calls: readonly At<EventOf<"tool_called">>[],
  models: readonly At<EventOf<"model_called">>[],
  requests: Requests,
): CallView[] {
  let at = -1;
  const answers = new Map<string, ToolResultBlock>();
  const advance = (): At<EventOf<"model_called">> | undefined => {
    const next = models[++at];
    if (next === undefined) return undefined;
    const { goesOn, messages } = requests.added(next.index);
    if (!goesOn) answers.clear();
    takeAnswers(answers, messages);
    return next;
  };
  let next = advance();
  return calls.map((call) => {
    while (next !== undefined && next.index < call.index) next = advance();
    if (!next) return { ...call, shown: undefined, askedAgain: false };
    return { ...call, shown: answers.get(call.event.call_id), askedAgain: true };
  });
}

/** The latest answer of each id: ids may repeat after a restore. */
function takeAnswers(answers: Map<string, ToolResultBlock>, messages: readonly Message[]): void {
  for (const { content } of messages) {
    if (typeof content === "string") continue;
    for (const block of content) if (block.type === "tool_result") answers.set(block.tool_use_id, block);
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
