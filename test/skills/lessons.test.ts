import { expect, test } from "vitest";
import { createLessonIndex, createSkillIndex } from "../../skills/find.ts";
import { splitLessons } from "../../skills/lessons.ts";
import { RANKING } from "../../skills/ranking.ts";

test("each line is a lesson, and so is each paragraph that was wrapped", () => {
  const text =
    "# Lessons\r\n\r\nWhen you see `a`, repeat the step.\nWhen you see `b`, repeat the step.\n\nWrite dates\nwith dashes.\n- One.\n- Two.\n";
  expect(splitLessons(text)).toEqual([
    "When you see `a`, repeat the step.",
    "When you see `b`, repeat the step.",
    "Write dates\nwith dashes.",
    "One.",
    "Two.",
  ]);
  expect(splitLessons("# Lessons\n\n")).toEqual([]);
});

test("lessons are found by their words, the best first, equal ones in their order", () => {
  const index = createLessonIndex(["Lock the ledger.", "Unlock it.", "Lock the ledger."]);
  const [first, second, ...others] = index.search("the ledger is locked", 9);
  expect([first?.text, second?.text]).toEqual(["Lock the ledger.", "Lock the ledger."]);
  expect(first?.score).toBe(second?.score);
  expect(others).toEqual([]);
  expect(index.search("", 9)).toEqual([]);
});

test("the ranking decides what counts", () => {
  const skills = [
    { name: "ledger", description: "Nothing.", body: "None." },
    { name: "other", description: "About the ledger.", body: "None." },
    { name: "third", description: "Nothing.", body: "A ledger." },
    { name: "fourth", description: "Nothing.", body: "A ledgerbook." },
  ];
  const index = createSkillIndex(skills);
  const best = (change: Partial<typeof RANKING>, query = "ledger"): string[] =>
    index.search(query, 9, { ...RANKING, ...change }).map(({ name }) => name);
  expect(best({ prefix: 0 })).toEqual(["ledger", "other", "third"]);
  expect(best({ prefix: 0, name: 0 })).toEqual(["other", "third"]);
  expect(best({ description: 9 })[0]).toBe("other");
  expect(best({ prefix: 0, body: 9 })[0]).toBe("third");
  expect(best({})).toContain("fourth");
  expect(best({ prefix: 0 }, "ledg")).toEqual([]);
  // Longer by more than an ending is another word.
  expect(best({}, "ledg").toSorted()).toEqual(["ledger", "other", "third"]);
});
