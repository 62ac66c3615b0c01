import { expect, test } from "vitest";
import { inOrder, type Tried } from "../../../../evolver/cycle/search/order.ts";

const titles = (tried: readonly Tried[]): string[] => inOrder(tried).map(({ title }) => title);

test("what fixes all cases comes before what fixes some, and what fixes none is left out", () => {
  expect(titles([at(0, 1, 2), at(1, 0, 2), at(2, 2, 2), at(3, 1, 2)])).toEqual(["2", "0", "3"]);
});

test("among equals the better rank comes first, unless ranks are close and the patch is smaller", () => {
  expect(titles([at(0, 2, 2, 90), at(1, 2, 2, 5)])).toEqual(["1", "0"]);
  expect(titles([at(0, 2, 2, 90), at(40, 2, 2, 5)])).toEqual(["0", "40"]);
});

test("with enough that fix all cases, the first of them by rank are taken, whatever else was found by then", () => {
  const whole = [50, 3, 20, 7].map((rank) => at(rank, 2, 2));
  expect(titles([at(1, 1, 2), ...whole])).toEqual(["3", "7", "20"]);
});

function at(rank: number, passed: number, of: number, size = 10): Tried {
  const edits = [{ path: "harness/main.ts", before: "", after: "x".repeat(size) }];
  const about = { source: "operator:test", rationale: "", costUsd: 0 };
  return { rank, passed, of, proposal: { rung: "harness", title: String(rank), edits, ...about } };
}
