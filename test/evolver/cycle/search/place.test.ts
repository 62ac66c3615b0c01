import { expect, test } from "vitest";
import { comesBy, hunksOf } from "../../../../evolver/cycle/search/place.ts";

const LOOP = `const LIMIT = 3;

export function run(n: number) {
  if (n > LIMIT) {
    // Too many.
    return stop(
      n,
    );
  }
  step(n);
  return n;
}

function stop(n: number) {
  return -n;
}
`;
/** Of a run with a small number, as the bootstrap reports it. */
const COVERAGE = { "harness/loop.ts": [1, 3, 4, 10, 11, 14] };

test.each([
  ["a constant", "LIMIT = 3", "LIMIT = 30", true],
  ["a condition that was asked", "n > LIMIT", "n >= LIMIT", true],
  ["a branch that was not taken", "      n,\n", "      0,\n", false],
  ["a statement at the beginning of that branch", "    // Too", "    n += 1;\n    // Too", true],
  ["one at its end", "    );\n", "    );\n    step(n);\n", true],
  ["one behind it", "  step(n);", "  n += 1;\n  step(n);", true],
  ["the end of the function", "  return n;\n", "  step(n);\n  return n;\n", true],
  ["the body of a function that was not called", "return -n;", "return n;", false],
])("%s", (_, from, to, expected) => {
  const after = LOOP.replace(from, to);
  expect(after).not.toBe(LOOP);
  const edits = [{ path: "harness/loop.ts", before: LOOP, after }];
  expect(comesBy(edits, COVERAGE)).toBe(expected);
  expect(comesBy(edits, undefined)).toBe(true);
});

test("a prompt and a new file are not known by lines", () => {
  expect(comesBy([{ path: "prompts/system.md", before: "a", after: "b" }], COVERAGE)).toBe(true);
  expect(comesBy([{ path: "harness/new.ts", before: undefined, after: "b" }], COVERAGE)).toBe(true);
});

test("a change is known again when its file differs far from it, and not at another place", () => {
  const change = (text: string, from: string, to: string): string =>
    hunksOf([{ path: "harness/loop.ts", before: text, after: text.replace(from, to) }]);
  const other = LOOP.replace("return -n", "return 0");
  expect(change(other, "n > LIMIT", "n < LIMIT")).toBe(change(LOOP, "n > LIMIT", "n < LIMIT"));
  expect(change(LOOP, "n > LIMIT", "n < LIMIT")).not.toBe(change(LOOP, "n > LIMIT", "n == LIMIT"));
  const twice = "a();\nb();\nc();\nd();\ne();\nf();\na();\n";
  expect(change(twice, "\na();", "\nx();")).not.toBe(change(twice, "a();", "x();"));
});
