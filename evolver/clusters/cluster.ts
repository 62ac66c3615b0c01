/** Puts failures with the same signature together: one patch should answer one recurring failure. */
import { createHash } from "node:crypto";
import type { Cluster, Failure, Kind, Signature } from "../failure.ts";
import { count } from "../../runtime/kernel/count.ts";

/** Biggest cluster first; equal sizes by id, so that the order does not depend on the order of the runs. */
export function cluster(failures: readonly Failure[]): Cluster[] {
  const groups = Map.groupBy(failures, (failure) => clusterId(failure.signature));
  return [...groups]
    .map(([id, members]) => ({
      id,
      signature: signatureOf(members),
      title: titleOf(members),
      failures: members,
    }))
    .toSorted((a, b) => b.failures.length - a.failures.length || (a.id < b.id ? -1 : 1));
}

/** Twelve hex digits that stay the same from cycle to cycle. */
export function clusterId({ kind, template }: Signature): string {
  return createHash("sha256").update(`${kind}\n${template}`).digest("hex").slice(0, 12);
}

/** What broke, in words. */
export function describe({ kind, template }: Signature): string {
  return `${WORDS[kind]}: ${template}`;
}

function signatureOf(members: readonly Failure[]): Signature {
  const first = members[0];
  if (!first) throw new Error("cluster: a group of failures cannot be empty");
  return first.signature;
}

function titleOf(members: readonly Failure[]): string {
  return `${count(members.length, "run")}: ${describe(signatureOf(members))}`;
}

const WORDS: Record<Kind, string> = {
  "harness-error": "the harness threw",
  "invalid-request": "the model refused the request",
  "steps-exhausted": "out of steps",
  "budget-exhausted": "out of budget",
  "empty-reply": "ended in silence",
  "tool-error": "a tool failed",
  "transient-error": "a passing fault was not retried",
  "ignored-error": "an error was hidden from the model",
  "truncated-observation": "the model could not see what it needed",
  "unknown-tool": "the model called a tool that does not exist",
  "repeated-call": "the model went in circles",
  "unknown-argument": "a tool was called with an argument that it does not have",
  "malformed-call": "a tool call was malformed",
  oscillation: "the model went to and fro",
  "unverified-write": "what was written was never looked at",
  "stale-state": "the model acted on what had changed since",
  "early-stop": "the run stopped before the work was done",
  "refused-by-policy": "the guard refused a call",
  "contradicted-claim": "the model claimed what it had not seen",
  "gave-up": "the model gave up",
  "wrong-result": "the result was wrong",
  "broken-pairing": "calls and results do not belong together",
  "repeated-message": "a message was stored twice",
  "context-not-smaller": "compaction did not make the context smaller",
  "counter-not-reset": "a counter was not reset after success",
  "budget-not-monotone": "a budget was counted wrong",
  "end-not-once": "the run did not end exactly once",
};
