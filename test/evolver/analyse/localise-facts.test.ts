import { expect, test } from "vitest";
import { factWords } from "../../../evolver/analyse/localise/fact-words.ts";
import { factsOf } from "../../../evolver/analyse/localise/facts.ts";
import { viewOf } from "../../../evolver/analyse/view.ts";
import type { Trace } from "../../../evolver/failure.ts";
import type { ContentBlock } from "../../../runtime/kernel/protocol.ts";
import { asked, called, failed, finished, say, shown, trace, use, user } from "../traces.ts";

const READ = use("read", { path: "a" });
const LONG = Array.from({ length: 40 }, (_, i) => `line ${i} of the file`).join("\n");

function round(content: string, text: string, reply: readonly ContentBlock[] = [READ]): Trace {
  return trace(
    asked([user("go")], reply),
    called("read", { path: "a" }, { content }),
    asked([{ role: "assistant", content: [...reply] }, shown(text)], [say("done")], 1),
    finished("done", "done"),
  );
}

test("a round as it should be has no facts", () => {
  expect(factsOf(viewOf(round(LONG, LONG)))).toEqual(new Set());
});

test.each([
  ["cut_unmarked", round(LONG, LONG.slice(0, 300))],
  ["tail_lost", round(LONG, `${LONG.slice(0, 300)}\n[cut]`)],
  ["head_lost", round(LONG, LONG.slice(300))],
  ["text_blank", round("x", "x", [READ, say(" ")])],
  ["half_character", round("x", "x\ud83d")],
  ["call_not_run", round("x", "x", [READ, use("read", { path: "b" }, "c2")])],
  ["results_orphaned", round("x", "x", [use("read", { path: "a" }, "c9")])],
  [
    "error_unmarked",
    trace(asked([user("go")], [READ]), called("read", {}, failed("no")), asked([shown("no")], [])),
  ],
  [
    "reply_lost",
    trace(
      asked([user("go")], [READ]),
      called("read", { path: "a" }, { content: "x" }),
      asked([user("x")], [], 1),
    ),
  ],
  [
    "permanent_retried",
    trace(asked([user("go")], [READ]), called("read", {}, failed("no")), called("read", {}, failed("no"))),
  ],
  [
    "transient_not_retried",
    trace(asked([user("go")], [READ]), called("read", {}, failed("no", "transient"))),
  ],
  ["claimed", trace(asked([user("go")], [READ]), called("read", {}, {}), finished("done", "done"))],
])("%s", (fact, run) => {
  expect(factsOf(viewOf(run))).toContain(fact);
});

test("what passing runs show as often weighs less, or nothing", () => {
  const cut = round(LONG, LONG.slice(0, 300));
  const good = round(LONG, LONG);
  const [alone = 0, both = 0] = [[good], [cut]].map((passing) => factWords([cut], passing).get("marker"));
  expect(alone).toBeGreaterThan(both);
  expect(both).toBeGreaterThan(0);
  const ended = trace(asked([user("go")], [READ]), called("read", {}, {}), finished("done", "done"));
  expect(factWords([ended], [ended])).toEqual(new Map());
});
