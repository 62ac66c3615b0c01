/** For each detector a trace that shows what it looks for, and one that comes close and does not. */
import { expect, test } from "vitest";
import { analyse } from "../../../evolver/analyse/analyse.ts";
import type { Kind, Trace } from "../../../evolver/failure.ts";
import type { StopReason, ToolResult } from "../../../runtime/kernel/protocol.ts";
import type { TrajectoryEvent } from "../../../runtime/kernel/trajectory/events.ts";
import { asked, called, failed, finished, say, trace, user } from "../traces.ts";

function did(...calls: [name: string, input: unknown, result: Partial<ToolResult>][]): TrajectoryEvent[] {
  return calls.map(([name, input, result], i) => called(name, input, result, `c${i}`));
}

function ended(text: string, stop: StopReason = "end_turn"): TrajectoryEvent[] {
  const reply = { content: [say(text)], stop_reason: stop, model: "scripted" };
  return [{ ...asked([user("go")], []), reply } as TrajectoryEvent, finished("done", text)];
}

function denied(event: TrajectoryEvent): TrajectoryEvent {
  if (event.kind !== "tool_called") return event;
  return { ...event, decision: { verdict: "deny", rule: "no-network", reason: "hosts are not listed" } };
}

function writing(...events: TrajectoryEvent[]): TrajectoryEvent[] {
  return events.map((event) => (event.kind === "tool_called" ? { ...event, capability: "write" } : event));
}

const ok = { content: "fine" };
const read = ["read", { path: "a.txt" }, { content: "one" }] as const;
const round = [
  ["read", { path: "a" }, { content: "1" }],
  ["bash", { command: "make" }, { content: "2" }],
] as const;

const SHOWN: readonly [Kind, Trace][] = [
  [
    "unknown-argument",
    trace(did(["read", { file: "a" }, failed('unknown argument "file"', "invalid_input")])),
  ],
  ["malformed-call", trace(did(["read", "{path:", failed("the input is not JSON", "invalid_input")]))],
  ["malformed-call", trace(did(["read", {}, failed("path is required", "invalid_input")]))],
  [
    "oscillation",
    trace(did(...[0, 1, 2].flatMap(() => round.map((each): [string, unknown, object] => [...each])))),
  ],
  ["unverified-write", trace(writing(...did(["write", { path: "a.txt" }, ok])), ended("Done."))],
  [
    "stale-state",
    trace(did([...read], ["edit", { path: "a.txt" }, failed("a.txt was changed since it was read")])),
  ],
  [
    "stale-state",
    trace(
      did(
        [...read],
        ["bash", { command: "sed -i s/one/two/ a.txt" }, ok],
        ["edit", { path: "a.txt" }, failed("no match")],
      ),
    ),
  ],
  ["early-stop", trace(ended("Half of", "max_tokens"))],
  ["early-stop", trace(ended("The file is there. Next, I will count the rows."))],
  [
    "refused-by-policy",
    trace(did(["http", { url: "http://a" }, failed("not allowed", "denied")]).map(denied)),
  ],
  ["refused-by-policy", trace(did(["bash", {}, { content: "blocked by the policy", is_error: true }]))],
  [
    "contradicted-claim",
    trace(did(["bash", {}, { content: "2 failed, 3 passed" }]), ended("All tests pass now.")),
  ],
];

test.each(SHOWN)("%s is seen", (kind, shows) => {
  expect(kindsOf(shows)).toContain(kind);
});

const CLOSE: readonly [Kind, string, Trace][] = [
  [
    "unknown-argument",
    "the right argument was found",
    trace(did(["read", { file: "a" }, failed('unknown argument "file"', "invalid_input")], [...read])),
  ],
  [
    "unknown-argument",
    "the tool failed at its work",
    trace(did(["read", {}, failed("unknown parameters of the disk")])),
  ],
  ["malformed-call", "no input is that of a tool without arguments", trace(did(["now", null, ok]))],
  [
    "malformed-call",
    "the second attempt was well formed",
    trace(did(["read", "{path:", failed("the input is not JSON", "invalid_input")], [...read])),
  ],
  [
    "oscillation",
    "each round brings something new",
    trace(
      did(
        ...[0, 1, 2].flatMap((n): [string, unknown, object][] => [
          ["read", { path: "a" }, { content: `${n}` }],
          ["bash", {}, ok],
        ]),
      ),
    ),
  ],
  [
    "oscillation",
    "one call is repeated",
    trace(did(...Array.from({ length: 8 }, (): [string, unknown, object] => ["bash", {}, ok]))),
  ],
  [
    "unverified-write",
    "it was read again",
    trace(writing(...did(["write", { path: "a.txt" }, ok])), did([...read]), ended("Done.")),
  ],
  [
    "stale-state",
    "it was read again after the change",
    trace(
      did(
        [...read],
        ["bash", { command: "sed -i s/one/two/ a.txt" }, ok],
        [...read],
        ["edit", { path: "a.txt" }, failed("no match")],
      ),
    ),
  ],
  ["early-stop", "an offer is no promise", trace(ended("The total is 4. Let me know if you need more."))],
  ["early-stop", "the work is described, not announced", trace(ended("I will be brief: it is done."))],
  [
    "refused-by-policy",
    "the same call came through later",
    trace(
      did(["http", { url: "http://a" }, failed("no", "denied")]).map(denied),
      did(["http", { url: "http://a" }, ok]),
    ),
  ],
  [
    "contradicted-claim",
    "the failure is told",
    trace(did(["bash", {}, { content: "2 failed" }]), ended("Fixed one; two still fail.")),
  ],
  [
    "contradicted-claim",
    "the last run was good",
    trace(did(["bash", {}, { content: "0 failed, 3 passed" }]), ended("All tests pass.")),
  ],
];

test.each(CLOSE)("no %s where %s", (kind, _why, close) => {
  expect(kindsOf(close)).not.toContain(kind);
});

test("a guess names the author of its step, the last progress, and what speaks against it", () => {
  const calls = did(
    ["read", {}, ok],
    ["bash", {}, failed("boom")],
    ["read", { a: 1 }, ok],
    ["read", { a: 2 }, ok],
  );
  const [, second] = calls;
  if (second?.kind !== "tool_called") throw new Error("the second event is a call");
  calls[1] = { ...second, source: { step: 1, agent: "coder" } };
  const guess = analyse(trace(calls)).hypotheses.find(({ category }) => category === "tool-error");
  expect(guess).toMatchObject({
    step: 1,
    agent: "coder",
    evidence: expect.stringContaining("last progress before it was read, event 0"),
    against: "the run went on: 2 calls succeeded after it",
  });
});

function kindsOf(shows: Trace): Kind[] {
  return analyse(shows).hypotheses.map(({ category }) => category);
}
