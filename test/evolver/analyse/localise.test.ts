import { expect, test } from "vitest";
import { asTraced, localise, printed } from "../../../evolver/analyse/localise/localise.ts";
import type { RankedLine } from "../../../evolver/analyse/localise/localise.ts";
import { dstar, ochiai } from "../../../evolver/analyse/localise/spectrum.ts";
import type { Trace } from "../../../evolver/failure.ts";
import { threw, trace } from "../traces.ts";

const LOOP = `/** Runs. */
import { cut } from "./cut.ts";

const MAX_SHARE = 0.5;

export function loop(text: string, rounds: number): string {
  if (rounds > MAX_SHARE) {
    text = cut(text);
  } else {
    text += "!";
  }
  return text;
}
`;
const CUT = `export function cut(text: string): string {
  const half = text.slice(0, 3);
  return half;
}
`;
const genome = new Map([
  ["harness/loop.ts", LOOP],
  ["harness/cut.ts", CUT],
]);

function ran(loop: number[], cut: number[] = []): Trace {
  const coverage = { "harness/loop.ts": [4, 6, ...loop], "harness/cut.ts": [1, ...cut] };
  return trace({ kind: "harness_exited", exit: "exit code 0", stderr: "", coverage });
}

const failing = [ran([7, 8, 12], [2, 3]), ran([7, 8, 12], [2, 3])];
const passing = [ran([7, 10, 12]), ran([7, 10, 12])];

test("what only failures run comes first, with the branch that led there, and says why", async () => {
  const ranked = await localise(failing, passing, genome);
  const top = ranked.slice(0, 4).map(({ file, line }) => `${file}:${line}`);
  expect(top.toSorted()).toEqual([
    "harness/cut.ts:2",
    "harness/cut.ts:3",
    "harness/loop.ts:7",
    "harness/loop.ts:8",
  ]);
  expect(at(ranked, "harness/loop.ts", 7)?.why).toContain(
    "line 8 ran in 2 of 2 failures and 0 of 2 successes",
  );
  expect(at(ranked, "harness/loop.ts", 10)).toBeUndefined();
  expect(printed(ranked[0] ?? fail())).toMatch(/^harness\/\w+\.ts:\w+:\d+ 0\.\d\d$/);
});

test("a branch that only failures do not take is suspicious, too", async () => {
  const ranked = await localise([ran([7, 12])], [ran([7, 8, 12], [2, 3])], genome);
  expect(ranked[0]).toMatchObject({ file: "harness/loop.ts", fn: "loop", line: 7 });
});

test("the innermost frame of a stack comes before all else", async () => {
  const crash = threw("boom", "cut (harness/cut.ts:3:10)", "loop (harness/loop.ts:8:12)");
  if (crash.kind !== "harness_exited") throw new Error("a throw is the exit of a harness");
  const coverage = { "harness/loop.ts": [4, 6, 7, 8], "harness/cut.ts": [1, 2, 3] };
  const [first] = await localise([trace({ ...crash, coverage })], [ran([7, 8, 12], [2, 3])], genome);
  expect(first).toMatchObject({ file: "harness/cut.ts", fn: "cut", line: 3, end: 3 });
});

test("a name that nothing uses makes its place suspicious where coverage cannot tell", async () => {
  const odd = new Map([...genome, ["harness/cut.ts", CUT.replace("return half", "return text")]]);
  const all = ran([7, 8, 12], [2, 3]);
  const [first] = await localise([all], [all], odd);
  expect(first).toMatchObject({ file: "harness/cut.ts", line: 2 });
  expect(first?.why).toContain("half is not used");
});

test("homes may keep the harness in any folder", () => {
  expect([
    ...asTraced(
      new Map([
        ["src/agent/a.ts", "1"],
        ["prompts/x.md", "2"],
      ]),
      "src/agent",
    ),
  ]).toEqual([["harness/a.ts", "1"]]);
});

test("Ochiai and DStar agree on the ends of their scale, and differ between", () => {
  const only = { failed: 2, passed: 0, allFailed: 2, allPassed: 2 };
  expect([ochiai(only), dstar(only)]).toEqual([1, 1]);
  const never = { ...only, failed: 0, passed: 2 };
  expect([ochiai(never), dstar(never)]).toEqual([0, 0]);
  const half = { ...only, failed: 1, passed: 1 };
  expect(ochiai(half)).toBeCloseTo(1 / 2);
  expect(dstar(half)).toBeCloseTo(1 / 3);
});

function at(ranked: readonly RankedLine[], file: string, line: number): RankedLine | undefined {
  return ranked.find((each) => each.file === file && each.line === line);
}

function fail(): never {
  throw new Error("nothing was ranked");
}
