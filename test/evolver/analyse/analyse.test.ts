import { describe, expect, test } from "vitest";
import { analyse, contrastOf } from "../../../evolver/analyse/analyse.ts";
import { suspicion } from "../../../evolver/analyse/localise/spectrum.ts";
import { framesOf } from "../../../evolver/analyse/stack.ts";
import { templateOf } from "../../../evolver/analyse/template.ts";
import { viewOf } from "../../../evolver/analyse/view.ts";
import type { Signature, Trace } from "../../../evolver/failure.ts";
import type { TrajectoryEvent } from "../../../runtime/kernel/trajectory/events.ts";
import {
  asked,
  called,
  failed,
  finished,
  loaded,
  refused,
  say,
  shown,
  threw,
  trace,
  use,
  user,
} from "../traces.ts";

const make = { command: "make" };
const start = asked([user("go")], [use("bash", make)]);
const long = "x".repeat(5000);

function told(content: string, last: string, is_error?: boolean, name = "bash"): TrajectoryEvent {
  return asked(
    [
      { role: "assistant", content: [use(name, make)] },
      shown(content, is_error === undefined ? {} : { is_error }),
    ],
    last === "" ? [] : [say(last)],
    1,
  );
}

const FAILURES: readonly [Signature["kind"], string, Trace][] = [
  [
    "invalid-request",
    "messages.<n>: tool_use ids were found without tool_result blocks: <id>",
    trace(
      start,
      refused("invalid_request", "messages.2: tool_use ids were found without tool_result blocks: toolu_01"),
      threw("tool_use ids", "run (harness/main.ts:1:1)"),
    ),
  ],
  [
    "harness-error",
    "Cannot read properties of undefined (reading <string>) at harness/loop.ts:step",
    trace(
      start,
      threw(
        "Cannot read properties of undefined (reading 'content')",
        "step (harness/loop.ts:12:7)",
        "async run (harness/main.ts:3:1)",
      ),
    ),
  ],
  [
    "harness-error",
    "the harness does not start: <path>:<n>: Unexpected token",
    trace({
      kind: "run_ended",
      status: "crashed",
      summary: "the harness does not start: harness/main.ts:7: Unexpected token",
    }),
  ],
  [
    "transient-error",
    "model: overloaded",
    trace(start, refused("overloaded", "overloaded", true), threw("overloaded", "run (harness/main.ts:1:1)")),
  ],
  [
    "transient-error",
    "http: <n> from <url>",
    trace(
      start,
      called("http", { url: "http://a" }, failed("503 from http://a/b", "transient")),
      told("failed", "I cannot go on."),
      finished("done", ""),
    ),
  ],
  [
    "ignored-error",
    "hidden: make: *** no rule",
    trace(
      start,
      called("bash", make, failed("make: *** no rule")),
      told("(no output)", "Done."),
      finished("done", "Done."),
    ),
  ],
  [
    "ignored-error",
    "not marked: make: *** no rule",
    trace(
      start,
      called("bash", make, failed("make: *** no rule")),
      told("make: *** no rule", "Done."),
      finished("done", "Done."),
    ),
  ],
  [
    "empty-reply",
    "an empty reply after a result without output",
    trace(start, called("bash", make, {}), told("", ""), finished("done", "")),
  ],
  [
    "truncated-observation",
    "only the head of a long result was shown",
    trace(
      start,
      called("bash", make, { content: `${long}total: 4` }),
      told(`${long.slice(0, 1000)}…`, "I cannot see the total."),
      finished("done", ""),
    ),
  ],
  [
    "unknown-tool",
    "unknown tool Shell",
    trace(
      start,
      called("Shell", make, failed("no such tool", "unknown_tool")),
      told("no such tool", "Stuck.", true),
      finished("done", ""),
    ),
  ],
  [
    "repeated-call",
    "the same bash call over and over",
    trace(
      [1, 2, 3].flatMap((id) => [start, called("bash", make, { content: "same" }, `c${id}`)]),
      finished("budget", "step limit"),
    ),
  ],
  [
    "steps-exhausted",
    "the harness's own limit of steps",
    trace(start, called("bash", make, { content: "1" }), finished("done", "")),
  ],
  [
    "steps-exhausted",
    "the kernel's limit of steps",
    trace(start, { kind: "budget_reached", limit: "steps", spent: 50, cap: 50 }, finished("budget", "")),
  ],
  [
    "budget-exhausted",
    "the budget of tokens",
    trace(start, { kind: "budget_reached", limit: "tokens", spent: 9, cap: 8 }, finished("budget", "")),
  ],
  [
    "tool-error",
    "bash: error: <path> is not UTF<n>",
    trace(
      loaded("report"),
      start,
      called("bash", make, failed("error: data/b.csv is not UTF-8")),
      told("error: data/b.csv is not UTF-8", "Step 1 failed.", true),
      finished("gave_up", ""),
    ),
  ],
  [
    "gave-up",
    "I do not know how to do this",
    trace(asked([user("go")], [say("I do not know how to do this")]), finished("done", "")),
  ],
  [
    "wrong-result",
    "The total is <n>.; skill report",
    trace(loaded("report"), asked([user("go")], [say("The total is 12.")]), finished("done", "")),
  ],
];

describe("analyse", () => {
  test.each(FAILURES)("names %s: %s", (kind, template, failing) => {
    expect(analyse(failing).signature).toEqual({ kind, template });
  });

  test("an imported run whose last call has no result was not cut off, unless its source says so", () => {
    const imported = (status: "done" | "budget") =>
      trace(
        {
          kind: "run_started",
          instruction: "mend it",
          release: "imported",
          model: "m",
          sandbox: "imported",
          kernel_version: "0",
          imported: { format: "mini-swe-agent", id: "1", extra: {} },
        },
        start,
        asked([], [use("bash", { command: "submit" })]),
        finished(status, ""),
      );
    const unlabelled = imported("done");
    const [guess] = analyse({
      ...unlabelled,
      run: { ...unlabelled.run, outcome: { kind: "unknown" } },
    }).hypotheses.filter(({ category }) => category === "wrong-result");
    expect(guess?.evidence).toBe("the run ended as done, and no label says whether it succeeded");
    const kinds = (each: Trace) => analyse(each).hypotheses.map(({ category }) => category);
    expect(kinds(imported("done"))).not.toContain("steps-exhausted");
    expect(kinds(imported("budget"))).toContain("steps-exhausted");
  });

  test("always has a last resort, and ranks its guesses", () => {
    const { signature, hypotheses } = analyse(trace());
    expect(signature).toEqual({ kind: "wrong-result", template: "no last words" });
    expect(hypotheses).toHaveLength(1);
    const ranked = analyse(FAILURES[4]?.[2] ?? trace()).hypotheses;
    expect(ranked.map(({ category }) => category)).toEqual([
      "transient-error",
      "ignored-error",
      "tool-error",
      "gave-up",
      "wrong-result",
    ]);
  });

  test("does not blame an error that the run got over", () => {
    const events = [
      start,
      called("bash", make, failed("error: locked", "transient")),
      called("bash", make, { content: "ok" }, "c2"),
    ];
    const kinds = analyse(trace(events, finished("done", "Done."))).hypotheses.map(
      ({ category }) => category,
    );
    expect(kinds).not.toContain("transient-error");
    expect(kinds).not.toContain("tool-error");
  });

  test("believes less in what successful runs show, too", () => {
    const hidden = (): Trace =>
      trace(
        start,
        called("bash", make, failed("make: no rule")),
        told("oops", "I cannot go on."),
        finished("done", ""),
      );
    const contrast = contrastOf([hidden(), hidden()]);
    expect(analyse(hidden()).signature.kind).toBe("ignored-error");
    expect(analyse(hidden(), contrast).hypotheses[0]?.score).toBeLessThan(0.9);
  });
});

describe("template", () => {
  test.each([
    ["error: /a/b/c.txt: line 12: bad", "error: <path>: line <n>: bad"],
    ["don't open 'a b' or \"c\" at 10:20", "don't open <string> or <string> at <n>"],
    [
      "noise\n  ENOENT: no such file or directory, open 'x'\n  at y",
      "ENOENT: no such file or directory, open <string>",
    ],
    ["commit 0123456789abcdef of toolu_9x8 failed", "commit <id> of <id> failed"],
    ["get https://x.test/a?b=1: 404", "get <url> <n>"],
    ["", ""],
  ])("%j → %j", (text, template) => {
    expect(templateOf(text)).toBe(template);
  });
});

test("a line of any length has a template", () => {
  // Abstracted as a whole, this would take hours.
  expect(templateOf(`error ${"a-".repeat(500_000)}`)).toMatch(/^error (?:a-)+$/);
});

test("whole requests come back from what each adds", () => {
  const events = [
    asked([user("a")], [say("b")]),
    asked([user("c"), user("d")], [say("e")], 1),
    asked([user("f")], [], 2),
  ];
  const { requests } = viewOf(trace(events));
  expect([...requests.values()].map((messages) => messages.map(({ content }) => content))).toEqual([
    ["a"],
    ["a", "c", "d"],
    ["a", "c", "f"],
  ]);
});

test("frames are those of the genome", () => {
  const stack =
    "Error: x\n    at async Loop.step (harness/loop.ts:3:9)\n    at node:internal/process:1:2\n    at file:///harness/main.ts:7:1\n    at new Promise (<anonymous>)";
  expect(framesOf(stack)).toEqual([
    { file: "harness/loop.ts", fn: "step", line: 3, column: 9 },
    { file: "harness/main.ts", fn: "", line: 7, column: 1 },
  ]);
});

test("suspicious are the lines that only failures execute", () => {
  const ran = (...lines: number[]): Trace =>
    trace({ kind: "harness_exited", exit: "code 0", stderr: "", coverage: { "harness/main.ts": lines } });
  const ranks = suspicion([ran(1, 2), ran(1, 2, 3)], [ran(1), ran(1, 3)]).get("harness/main.ts");
  expect(ranks?.get(2)).toBe(1);
  expect(ranks?.get(1)).toBeCloseTo(2 / Math.sqrt(2 * 4));
  expect(ranks?.get(3)).toBeCloseTo(1 / Math.sqrt(2 * 2));
});
