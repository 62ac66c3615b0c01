/** For each invariant a trace that breaks it, and one that comes close and keeps it. */
import { expect, test } from "vitest";
import { analyse } from "../../../evolver/analyse/analyse.ts";
import type { Kind, Trace } from "../../../evolver/failure.ts";
import type { Message, StopReason } from "../../../runtime/kernel/protocol.ts";
import type { TrajectoryEvent } from "../../../runtime/kernel/trajectory/events.ts";
import { asked, called, failed, finished, refused, say, shown, trace, use, user } from "../traces.ts";

const make = { command: "make" };
const begin = asked([user("go")], [use("bash", make)]);
const act: Message = { role: "assistant", content: [use("bash", make)] };
const done = [asked([], [say("Done.")], 3), finished("done", "Done.")];
const long = "a sentence that is long enough to be told from a word that is said twice";

function noted(note: string, data: Record<string, unknown>): TrajectoryEvent {
  return { kind: "noted", note, data };
}

function exited(): TrajectoryEvent {
  return { kind: "harness_exited", exit: "exit code 0", stderr: "" };
}

function stopped(stop_reason: StopReason): TrajectoryEvent {
  return { ...asked([user("go")], []), reply: { content: [], stop_reason, model: "m" } } as TrajectoryEvent;
}

const two = [use("read", { path: "a" }, "c1"), use("read", { path: "b" }, "c2")];
function swapped(first: string, second: string): TrajectoryEvent[] {
  return [
    asked([user("go")], two),
    called("read", { path: "a" }, { content: "text of a" }, "c1"),
    called("read", { path: "b" }, { content: "text of b" }, "c2"),
    asked(
      [
        { role: "assistant", content: two },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "c1", content: first },
            { type: "tool_result", tool_use_id: "c2", content: second },
          ],
        },
      ],
      [say("Done.")],
      1,
    ),
    finished("done", "Done."),
  ];
}

const BROKEN: readonly [Kind, string, Trace, number][] = [
  [
    "broken-pairing",
    "a call has no result",
    trace(begin, called("bash", make, {}), asked([act, user("go on")], [], 1)),
    2,
  ],
  [
    "broken-pairing",
    "a result has no call before it",
    trace(begin, called("bash", make, {}), asked([shown("x")], [], 1)),
    2,
  ],
  [
    "broken-pairing",
    "a result is shown as that of another call",
    trace(swapped("text of b", "text of a")),
    1,
  ],
  [
    "repeated-message",
    "the first message is stored twice",
    trace(
      asked([user(long)], [say("yes")]),
      asked([{ role: "assistant", content: "yes" }, user(long)], [], 1),
    ),
    1,
  ],
  [
    "repeated-message",
    "a reply is stored twice",
    trace(
      asked([user("go")], [say(long)]),
      asked([{ role: "assistant", content: [say(long), say(long)] }, user("on")], [], 1),
    ),
    1,
  ],
  [
    "context-not-smaller",
    "the context grew in compaction",
    trace(begin, noted("compaction", { before: 9, after: 12, smaller: true })),
    1,
  ],
  [
    "context-not-smaller",
    "compaction without any gain is tried again",
    trace(
      begin,
      [1, 2, 3].map(() => noted("compaction", { before: 9, after: 9, smaller: false })),
    ),
    3,
  ],
  [
    "counter-not-reset",
    "nudges of nudge goes on after success",
    trace(begin, noted("nudge", { nudges: 1 }), called("bash", make, {}), noted("nudge", { nudges: 2 })),
    3,
  ],
  [
    "counter-not-reset",
    "a streak of mishaps ends the run that did not end it before",
    trace(
      refused("overloaded", "busy", true),
      begin,
      refused("overloaded", "busy", true),
      finished("error", "busy"),
    ),
    2,
  ],
  [
    "budget-not-monotone",
    "left of budget runs backwards",
    trace(noted("budget", { left: 3 }), noted("budget", { left: 5 })),
    1,
  ],
  [
    "budget-not-monotone",
    "the harness counts more model calls than it made",
    trace(begin, finished("budget", "Stopped: the limit of 5 model calls is reached.")),
    1,
  ],
  ["end-not-once", "the run ended twice", trace(finished("done", ""), finished("done", "")), 1],
  ["end-not-once", "work after the end", trace(begin, finished("done", ""), called("bash", make, {})), 2],
  ["end-not-once", "no word at the end", trace(begin, exited()), 1],
];

test.each(BROKEN)("%s: %s", (kind, template, broken, step) => {
  const { signature, hypotheses } = analyse(broken);
  expect(signature).toEqual({ kind, template });
  expect(hypotheses[0]?.step).toBe(step);
});

const KEPT: readonly [Kind, string, Trace][] = [
  [
    "broken-pairing",
    "each call is answered",
    trace(begin, called("bash", make, {}), asked([act, shown("(no output)")], [], 1), done),
  ],
  ["broken-pairing", "results come in the order of the calls", trace(swapped("text of a", "text of b"))],
  [
    "broken-pairing",
    "a call that was tried again shows its last result",
    trace(
      begin,
      called("bash", make, failed("busy for now", "transient")),
      called("bash", make, { content: "made it" }),
      asked([act, shown("made it")], [say("Done.")], 1),
    ),
  ],
  [
    "repeated-message",
    "the model itself said it twice",
    trace(
      asked([user("go")], [say(long)]),
      asked([{ role: "assistant", content: [say(long)] }, user("on")], [say(long)], 1),
      asked([{ role: "assistant", content: [say(long)] }, user("on")], [], 3),
    ),
  ],
  [
    "context-not-smaller",
    "compaction was given up",
    trace(begin, noted("compaction", { before: 9, after: 9, smaller: false })),
  ],
  [
    "context-not-smaller",
    "the context had grown before it was tried again",
    trace(
      begin,
      [9, 12, 15].map((before) => noted("compaction", { before, after: before, smaller: false })),
    ),
  ],
  [
    "counter-not-reset",
    "nothing succeeded in between",
    trace(begin, noted("nudge", { nudges: 1 }), noted("nudge", { nudges: 2 })),
  ],
  [
    "counter-not-reset",
    "the last streak was the longest",
    trace(
      stopped("max_tokens"),
      begin,
      called("bash", make, {}),
      stopped("max_tokens"),
      stopped("max_tokens"),
      finished("gave_up", ""),
    ),
  ],
  [
    "budget-not-monotone",
    "what is left becomes less",
    trace(noted("budget", { left: 5, used: 1 }), noted("budget", { left: 3, used: 3 })),
  ],
  [
    "budget-not-monotone",
    "the limit was reached",
    trace(begin, finished("budget", "Stopped: the limit of 1 model calls is reached.")),
  ],
  [
    "end-not-once",
    "the kernel stopped it",
    trace(begin, { kind: "budget_reached", limit: "steps", spent: 1, cap: 1 }, exited()),
  ],
  ["end-not-once", "it ended once", trace(begin, finished("done", ""), exited())],
];

test.each(KEPT)("no %s where %s", (kind, _why, kept) => {
  expect(analyse(kept).hypotheses.map(({ category }) => category)).not.toContain(kind);
});

test("a breach in an imported transcript is a weaker witness", () => {
  const started: TrajectoryEvent = {
    kind: "run_started",
    instruction: "go",
    release: "",
    model: "m",
    sandbox: "",
    kernel_version: "",
    imported: { format: "atif", id: "1", extra: {} },
  };
  const score = (broken: Trace): number =>
    analyse(broken).hypotheses.find(({ category }) => category === "broken-pairing")?.score ?? 0;
  const events = [begin, called("bash", make, {}), asked([act, user("go on")], [], 1)];
  expect(score(trace(started, events))).toBeLessThan(score(trace(events)));
});
