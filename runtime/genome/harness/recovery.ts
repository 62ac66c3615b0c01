/** Asks the model, and gets over what can be got over: overload, dropped connections, a context that is too long. */
import type { Finish, ModelReply, WireError } from "ratchet-agent/protocol";
import { waitBefore } from "./backoff.ts";
import { callModel, stepsLeft } from "./budget.ts";
import { compact } from "./compaction.ts";
import { note } from "./note.ts";
import { buildRequest } from "./request.ts";
import type { Run } from "./run.ts";
import { endWith } from "./stop.ts";

/** Retries of one model call. Both counters start from zero with each call. */
const MAX_RETRIES = 4;
/** Compactions that one model call may trigger; each must have made the context smaller. */
const MAX_COMPACTIONS = 1;

/** `invalid_request`, `provider_error` and `internal` are not among them: they can be anything. */
const KINDS: ReadonlyMap<unknown, Failure["kind"]> = new Map([
  ["context_overflow", "overflow"],
  ["budget_exhausted", "budget"],
  ["aborted", "aborted"],
  ["authentication", "fatal"],
  ["spend_limit", "fatal"],
  ["not_found", "fatal"],
  ["unknown_method", "fatal"],
  ["rate_limited", "retryable"],
  ["overloaded", "retryable"],
  ["connection", "retryable"],
]);
const OVERFLOW =
  /context (?:length|window|size)|prompt is too long|too many (?:input )?tokens|maximum context/i;
const PASSING =
  /rate.?limit|overloaded|too many requests|timed? ?out|ECONN|socket hang up|unavailable|\b(?:429|502|503|504|529)\b/i;

export type Answer =
  | { readonly kind: "reply"; readonly reply: ModelReply }
  | { readonly kind: "ended"; readonly finish: Finish };

export interface Failure {
  readonly kind: "overflow" | "budget" | "aborted" | "fatal" | "retryable";
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

interface Tries {
  retries: number;
  compactions: number;
}

export async function ask(run: Run): Promise<Answer> {
  const tries: Tries = { retries: 0, compactions: 0 };
  for (;;) {
    if (stepsLeft(run.budget) === 0) {
      const reason = `the limit of ${run.budget.steps} model calls is reached`;
      return { kind: "ended", finish: endWith(run, "budget", reason) };
    }
    const answer = await attempt(run);
    if (answer.kind === "reply") return answer;
    const finish = await recover(run, answer, tries);
    if (finish) return { kind: "ended", finish };
  }
}

async function attempt(run: Run): Promise<{ kind: "reply"; reply: ModelReply } | Failure> {
  const request = buildRequest(run);
  try {
    const reply = await callModel(run.kernel, run.budget, request);
    if (reply.stop_reason !== "model_context_window_exceeded") return { kind: "reply", reply };
    return { kind: "overflow", message: "the reply did not fit into the context" };
  } catch (error) {
    return classify(error);
  }
}

/** Tells failures apart: by the specific codes first, then by the text, then by the general flag. */
export function classify(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const wire: Partial<WireError> = error instanceof Error ? error : {};
  return { kind: kindOf(wire, message), message, retryAfterMs: wire.retry_after_ms };
}

function kindOf({ code, retryable }: Partial<WireError>, message: string): Failure["kind"] {
  const kind = KINDS.get(code);
  if (kind) return kind === "retryable" && retryable === false ? "fatal" : kind;
  if (OVERFLOW.test(message)) return "overflow";
  return (retryable ?? PASSING.test(message)) ? "retryable" : "fatal";
}

/** @returns nothing when another attempt is worth while */
async function recover(run: Run, failure: Failure, tries: Tries): Promise<Finish | undefined> {
  const { kernel } = run;
  switch (failure.kind) {
    case "aborted":
      return endWith(run, "aborted", failure.message);
    case "budget":
      return endWith(run, "budget", failure.message);
    case "fatal":
      return endWith(run, "error", failure.message);
    case "overflow": {
      tries.compactions += 1;
      if (tries.compactions <= MAX_COMPACTIONS && (await compact(run, "overflow"))) return undefined;
      return endWith(
        run,
        "error",
        `the context is too long and could not be made shorter: ${failure.message}`,
      );
    }
    case "retryable": {
      const wait = waitBefore(tries.retries, failure.retryAfterMs);
      if (tries.retries >= MAX_RETRIES || wait === undefined) return endWith(run, "error", failure.message);
      tries.retries += 1;
      await note(kernel, "retry", {
        what: "model",
        retry: tries.retries,
        wait_ms: wait,
        message: failure.message,
      });
      await kernel.sleep(wait);
      return kernel.aborted ? endWith(run, "aborted", "the run was stopped") : undefined;
    }
  }
}
