import { expect, test } from "vitest";
import { changedLines, checkSize } from "../../guardrails/size.ts";

const LIMITS = { files: 2, changedLines: 3, fileLines: 10, fileBytes: 100 };
const lines = (count: number, word = "a"): string => `${word}\n`.repeat(count);

test("a patch inside the limits has no findings", () => {
  expect(checkSize([{ path: "a", before: lines(5), after: lines(8) }], LIMITS)).toEqual([]);
});

test.each([
  ["lines added", [{ path: "a", before: lines(2), after: lines(6) }], "4 lines added, at most 3"],
  ["lines removed", [{ path: "a", before: lines(9), after: lines(2) }], "7 lines removed, at most 3"],
  [
    "lines of a file",
    [{ path: "a", before: undefined, after: lines(11) }],
    "the file has 11 lines, at most 10",
  ],
  [
    "bytes of a file",
    [{ path: "a", before: "", after: "é".repeat(51) }],
    "the file has 102 bytes, at most 100",
  ],
  ["files", ["a", "b", "c"].map((path) => ({ path, before: "", after: "x" })), "3 files changed, at most 2"],
])("too many %s", (_, edits, message) => {
  expect(checkSize(edits, LIMITS).map((finding) => finding.message)).toEqual([message]);
});

test("a file that was too long may shrink, but not grow", () => {
  expect(checkSize([{ path: "a", before: lines(14), after: lines(12) }], LIMITS)).toEqual([]);
  expect(checkSize([{ path: "a", before: lines(12), after: lines(13) }], LIMITS)).toHaveLength(1);
});

test("changed lines are counted over all files", () => {
  expect(
    changedLines([
      { path: "a", before: "x\ny\n", after: "x\nz\n" },
      { path: "b", before: undefined, after: "n\n" },
    ]),
  ).toEqual({ added: 2, removed: 1 });
});
