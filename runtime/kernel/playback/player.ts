/**
 * Answers a run's requests from a recording for as long as they are the recorded ones. It stands between the broker and what
 * the broker would ask otherwise, so that every model is replayed alike. Policy is asked for every call all the same.
 */
import type { Action } from "../../../guardrails/action.ts";
import type { ModelReply, ToolResult, WireError } from "../protocol.ts";
import type { Called, CarryOut } from "../tools/host.ts";
import type { EventOf } from "../trajectory/events.ts";
import type { Miss, Recording, Replayed } from "./recording.ts";
import { tapeOf, type Tape } from "./tape.ts";

export interface Player {
  /** The recorded answer to the next model request; undefined when the run is live from here on. */
  reply(key: string): RecordedReply | undefined;
  /**
   * Makes a tool call. One that only observes the workspace, or that reaches beyond it, is answered from the recording. One that
   * changes something here is carried out, so that the workspace is where the run believes it to be, and compared; so is one that
   * observes it between other changes than it did then.
   * @param step model calls made before it
   * @returns `replayedMs`: how long it took when it was recorded, where the recording gave the result
   * @param make makes the call through the guard, and leaves to `carryOut` what is done once it is allowed
   */
  call(
    at: { readonly step: number; readonly key: string; readonly name: string },
    make: (carryOut?: CarryOut) => Promise<Called>,
  ): Promise<Called & { readonly replayedMs: number | undefined }>;
  /** Aborted by a miss after which the run shall not go on. */
  readonly stopped: AbortSignal;
  replayed(): Replayed;
}

/** `ms`: how long it took. */
export type RecordedReply = { readonly ms: number } & (
  | { readonly kind: "reply"; readonly reply: ModelReply }
  | { readonly kind: "error"; readonly error: WireError }
);

export interface PlayerOptions {
  /** Name of the model that answers once the run is live. */
  readonly model: string;
  /** How recorded text was redacted. */
  readonly redact: (text: string) => string;
  readonly onMiss: (miss: Miss) => void;
}

/** A player for one run; it remembers how far the recording was followed. */
export function createPlayer(recording: Recording, options: PlayerOptions): Player {
  const tape = tapeOf(recording.events);
  const stop = new AbortController();
  const used = new Set<EventOf<"tool_called">>();
  const saved = { modelCalls: 0, toolCalls: 0, inputTokens: 0, outputTokens: 0 };
  let usd: number | null = 0;
  let miss: Miss | undefined;

  const missed = (what: string): undefined => {
    if (miss !== undefined) return undefined;
    miss = { step: saved.modelCalls, what };
    options.onMiss(miss);
    if (recording.onMiss === "stop") stop.abort();
    return undefined;
  };
  const live = (): boolean =>
    miss !== undefined || (recording.forkAt !== undefined && saved.modelCalls >= recording.forkAt);

  const reply = (key: string): RecordedReply | undefined => {
    if (live()) return undefined;
    const event = tape.modelCalls[saved.modelCalls];
    const problem =
      modelProblem(event, key, recording, tape, options) ?? notMade(tape, saved.modelCalls, used);
    if (event === undefined || problem !== undefined) return missed(problem ?? "the recording ends here");
    const answer = answerOf(event);
    if (answer === undefined) return missed("the recording holds no answer");
    // A mark is not what the model said: a run that had written down a secret would write down the mark, and pass.
    if (isRedacted(answer)) return missed("a secret was taken out of the answer");
    saved.modelCalls++;
    const { usage } = event;
    if (usage !== undefined) {
      saved.inputTokens +=
        usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
      saved.outputTokens += usage.output_tokens;
      usd = usd === null || event.cost_usd === undefined ? null : usd + event.cost_usd;
    }
    return answer;
  };

  return {
    reply,
    async call({ step, key, name }, make) {
      if (live()) return { ...(await make()), replayedMs: undefined };
      const calls = tape.toolCalls.get(step) ?? [];
      const event = calls.find((call) => call.key === key && !used.has(call));
      if (event === undefined) {
        missed(`${name} is called, which the recording does not have here`);
        if (stop.signal.aborted) throw new StoppedAtMiss();
        return { ...(await make()), replayedMs: undefined };
      }
      used.add(event);
      let replayed = false;
      const called = await make((action, outside, run) => {
        // What was refused then has no result that could be given now.
        if (event.decision.verdict !== "allow" || !isServed(action, outside)) return run();
        const isLocal = action.capability === "observe";
        if (isLocal && (isRedacted(event.result) || !isAfterSameChanges(calls, event, used))) return run();
        if (isRedacted(event.result)) {
          missed(`${name} had an answer out of which a secret was taken`);
          return stop.signal.aborted ? Promise.reject(new StoppedAtMiss()) : run();
        }
        replayed = true;
        saved.toolCalls++;
        return Promise.resolve(event.result);
      });
      const problem = replayed ? undefined : difference(event, called, options.redact);
      if (problem !== undefined && !live()) missed(`${name} ${problem}`);
      return { ...called, replayedMs: replayed ? event.ms : undefined };
    },
    stopped: stop.signal,
    replayed: () => ({ ...saved, usd, ...(miss === undefined ? {} : { miss }) }),
  };
}

/** The run ends before a call that its recording does not have. */
export class StoppedAtMiss extends Error {
  override readonly name = "StoppedAtMiss";
}

function modelProblem(
  event: EventOf<"model_called"> | undefined,
  key: string,
  recording: Recording,
  tape: Tape,
  { model }: PlayerOptions,
): string | undefined {
  if (event === undefined) return "the recording ends here";
  // Half a run of one model and half of another says nothing about either.
  if (recording.onMiss === "live" && tape.model !== undefined && tape.model !== model)
    return `the recording is of ${tape.model}, and ${model} would answer after it`;
  if (event.request.key === undefined)
    return "the recording is older than the keys by which requests are matched";
  if (event.request.key !== key) return "the model is asked for something else";
  return undefined;
}

/** A call of the recording that this run left out: then its workspace may not be the recorded one. */
function notMade(tape: Tape, step: number, used: ReadonlySet<EventOf<"tool_called">>): string | undefined {
  const left = tape.toolCalls.get(step)?.find((call) => !used.has(call));
  return left === undefined ? undefined : `${left.name} was called here, and now is not`;
}

function answerOf({ reply, usage, error, ms }: EventOf<"model_called">): RecordedReply | undefined {
  if (error !== undefined) return { kind: "error", error, ms };
  if (reply === undefined || usage === undefined) return undefined;
  const { content, stop_reason, model } = reply;
  return { kind: "reply", ms, reply: { content, stop_reason, usage, model } };
}

/** Reading here and asking elsewhere changes nothing here. What lies outside of the workspace belongs to the release, a new one perhaps. */
function isServed(action: Action, outside: boolean): boolean {
  switch (action.capability) {
    case "observe":
      return action.paths.every((path) => !path.startsWith("/"));
    case "network":
      return outside;
    case "write":
    case "execute":
      return false;
    default:
      return action satisfies never;
  }
}

/** What redaction leaves in place of a secret. */
function isRedacted(value: unknown): boolean {
  return JSON.stringify(value).includes("[redacted:");
}

/**
 * Whether the calls of this step that may change the workspace, and were over before `event` was, have been made by now, and no
 * others. Where calls went on at once this may be false also when nothing is different: then the call is made, and compared.
 */
function isAfterSameChanges(
  calls: readonly EventOf<"tool_called">[],
  event: EventOf<"tool_called">,
  used: ReadonlySet<EventOf<"tool_called">>,
): boolean {
  const at = calls.indexOf(event);
  return calls.every(
    (call, i) => call.capability === "observe" || call === event || used.has(call) === i < at,
  );
}

function difference(
  event: EventOf<"tool_called">,
  { result, decision }: Called,
  redact: (text: string) => string,
): string | undefined {
  if (event.decision.verdict !== decision.verdict)
    return decision.verdict === "allow" ? "is allowed, and was not" : "is not allowed, and was";
  return sameResult(event.result, result, redact) ? undefined : "gives something else";
}

function sameResult(
  recorded: EventOf<"tool_called">["result"],
  now: ToolResult,
  redact: (text: string) => string,
): boolean {
  return (
    recorded.is_error === now.is_error &&
    recorded.exit_code === now.exit_code &&
    recorded.content === redact(now.content)
  );
}
