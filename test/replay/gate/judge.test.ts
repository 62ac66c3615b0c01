import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge, judgeTable, verdictOf, type GateEvidence } from "../../../replay/gate/judge.ts";
import type { Comparison, CostComparison } from "../../../replay/gate/evidence.ts";
import { Role, type Outcome } from "../../../replay/gate/outcome.ts";

const SURE: GateEvidence = {
  exercised: "yes",
  deterministic: true,
  gaming: [],
  cost: {
    samePasses: { baseline: 100, candidate: 110 },
    perPass: { baseline: 300, candidate: 150 },
    limit: 2,
  },
  origin: new Map(["b", "s", "c0", "c1", "c2", "c3", "c4"].map((name) => [name, [true]])),
};

/** `a failing F>P` is case a, role failing, baseline F, candidate P; more letters are more trials. */
function table(...rows: string[]): Outcome[] {
  return rows.flatMap((row) => {
    const [name = "", role = "", moves = ""] = row.split(" ");
    const [baseline = "", candidate = ""] = moves.split(">");
    const arm = (arm: Outcome["arm"], letters: string): Outcome[] =>
      [...letters].map((letter, trial) => ({
        case: name,
        arm,
        trial,
        pass: letter === "P",
        ...(role === "-" ? {} : { role: Role.parse(role) }),
      }));
    return [...arm("baseline", baseline), ...arm("candidate", candidate)];
  });
}

const failing = (verdict: ReturnType<typeof judge>) =>
  verdict.reasons
    .filter((reason) => reason.holds !== "holds")
    .map((reason) => `${reason.name} ${reason.holds}`);

describe("one table, one verdict", () => {
  test.each<[string, string[], string, string[]]>([
    ["a fix that costs nothing", ["a failing F>P", "b passing P>P", "s safety P>P"], "accept", []],
    ["no change", ["a failing F>F", "b passing P>P"], "reject", ["improves fails"]],
    [
      "a fix that costs a passing case",
      ["a failing F>P", "b passing P>F"],
      "reject",
      ["harms-nothing fails"],
    ],
    ["a fix that costs a bank case", ["a failing F>P", "b bank P>F"], "reject", ["bank-intact fails"]],
    [
      "a fix that costs a safety case",
      ["a failing F>P", "b safety P>F"],
      "reject",
      ["safe-as-parent fails", "safe-as-origin fails"],
    ],
    [
      "a safety case that the parent had lost already",
      ["a failing F>P", "s safety F>F"],
      "reject",
      ["safe-as-origin fails"],
    ],
    [
      "a safety case that the first release was never tried on",
      ["a failing F>P", "t safety P>P"],
      "inconclusive",
      ["safe-as-origin unknown"],
    ],
    ["a passing case that was fixed on the side", ["a failing F>P", "b passing F>P"], "accept", []],
    ["a holdout that is fixed", ["a failing F>P", "h holdout F>P"], "accept", []],
    ["a holdout that stays broken", ["a failing F>P", "h holdout F>F"], "reject", ["holds-out fails"]],
    ["one holdout of two", ["a failing F>P", "h holdout F>P", "i holdout F>F"], "accept", []],
    [
      "a holdout that is lost",
      ["a failing F>P", "h holdout F>P", "i holdout P>F"],
      "reject",
      ["reproducible unknown", "harms-nothing fails", "holds-out fails"],
    ],
    ["three failures without a holdout", ["a failing F>P", "b failing F>P", "c failing F>P"], "accept", []],
    [
      "four failures without a holdout",
      ["a failing F>P", "b failing F>P", "c failing F>P", "d failing F>P"],
      "inconclusive",
      ["holds-out unknown"],
    ],
    [
      "a failure that went away",
      ["a failing F>P", "b failing P>P"],
      "inconclusive",
      ["reproducible unknown"],
    ],
    ["no failing case", ["b passing P>P"], "inconclusive", ["improves unknown"]],
    ["two trials that agree", ["a failing FF>PP", "b passing PP>PP"], "accept", []],
    // Trials that differ are decided by evidence, whatever was said of the model; these are too few.
    ["a candidate that flickers", ["a failing FF>PF"], "inconclusive", ["improves unknown"]],
    [
      "a passing case that flickers with the candidate",
      ["a failing FF>PP", "b passing PP>PF"],
      "inconclusive",
      ["improves unknown"],
    ],
    ["no roles: more pass", ["a - F>P", "b - F>P", "c - P>F"], "accept", []],
    ["no roles: as many pass", ["a - F>P", "c - P>F"], "reject", ["improves fails"]],
    ["a case without a role may be lost", ["a failing F>P", "x - P>F"], "accept", []],
    [
      "more of them may not be lost than are fixed",
      ["a failing F>P", "x - P>F", "y - P>F"],
      "reject",
      ["improves fails"],
    ],
  ])("%s", (_, rows, expected, open) => {
    const verdict = judge(table(...rows), SURE);
    expect(failing(verdict)).toEqual(open);
    expect(verdict.verdict).toBe(expected);
  });

  test("says which cases were fixed and lost, and counts the trials", () => {
    const verdict = judge(table("a failing FF>PP", "b passing PP>FF", "c bank PP>PP"), SURE);
    expect(verdict).toMatchObject({ verdict: "reject", fixes: ["a"], regressions: ["b"], trials: 12 });
    expect(verdict.reasons.find((reason) => reason.name === "harms-nothing")?.figures).toBe("1 of 1 lost: b");
  });
});

/** So many cases that came out alike: `a0 failing F>P`, `a1 failing F>P`, … */
const many = (n: number, name: string, rest: string) =>
  Array.from({ length: n }, (_, i) => `${name}${i} ${rest}`);
const FLAKY = "x - FPPF>PFFP";

describe("trials that differ", () => {
  test.each<[string, string[], string, string[]]>([
    [
      "far more pass, in trials of a flaky suite",
      [FLAKY, ...many(3, "a", "failing FFFF>PPPP"), "h holdout FFFF>PPFP", "b passing PPPP>PPPP"],
      "accept",
      [],
    ],
    [
      "the same, and as many are lost without a role",
      [FLAKY, ...many(3, "a", "failing FFFF>PPPP"), ...many(3, "b", "- PPPP>FFFF")],
      "inconclusive",
      ["improves unknown"],
    ],
    ["far fewer pass", ["x failing FFFF>PFFF", ...many(4, "b", "- PPPP>FFFF")], "reject", ["improves fails"]],
    [
      "more pass, but a case is lost that no flakiness explains",
      [...many(5, "a", "failing FFFF>PPPP"), "h holdout FFFF>PPFP", "b passing PPPP>FFFF"],
      "reject",
      ["harms-nothing fails"],
    ],
    [
      "more pass, and a safety case does not always pass any more",
      [FLAKY, ...many(3, "a", "failing FFFF>PPPP"), "h holdout FFFF>PPPP", "s safety PPPP>PPPF"],
      "inconclusive",
      ["safe-as-parent unknown", "safe-as-origin unknown"],
    ],
    [
      "more pass, and a passing case fails once",
      [FLAKY, ...many(3, "a", "failing FFFF>PPPP"), "h holdout FFFF>PPPP", "b passing PPPP>PPPF"],
      "accept",
      [],
    ],
    [
      "the holdout does not get better",
      [FLAKY, ...many(4, "a", "failing FFFF>PPPP"), "h holdout FFFF>FFFF"],
      "inconclusive",
      ["holds-out unknown"],
    ],
    [
      "no failure comes back",
      [FLAKY, "a failing PPPP>PPPP", ...many(4, "b", "passing FFFF>PPPP")],
      "inconclusive",
      ["reproducible unknown"],
    ],
    [
      "nothing but flakiness",
      [FLAKY, "y - PFPF>PPFF", "z - PFFF>FFPF"],
      "inconclusive",
      ["improves unknown"],
    ],
  ])("%s", (_, rows, expected, open) => {
    const verdict = judge(table(...rows), { ...SURE, deterministic: false });
    expect(failing(verdict)).toEqual(open);
    expect(verdict.verdict).toBe(expected);
  });

  test("a loss that the flakiness of the baseline explains is none", () => {
    const rows = [
      ...many(8, "a", "passing PF>FP"),
      ...many(8, "b", "passing PP>PF"),
      ...many(30, "c", "failing FF>PP"),
      "h holdout FF>PP",
    ];
    const lost = (n: number) => judge(table(...rows, ...many(n, "l", "passing PP>FF")), SURE);
    expect(failing(lost(1))).toEqual([]);
    expect(failing(lost(3))).toEqual(["harms-nothing unknown"]);
    expect(failing(lost(6))).toEqual(["harms-nothing fails"]);
  });

  test("the e-value stands in the verdict only where it decided", () => {
    expect(judge(table("a failing FF>PP"), SURE)).not.toHaveProperty("evalue");
    expect(judge(table(FLAKY), SURE).evalue).toBeLessThan(1);
    const huge = table("x - PF>PP", ...many(2000, "a", "failing FF>PP"));
    expect(judge(huge, SURE).evalue).toBe(Number.MAX_VALUE);
  });

  test("a smaller alpha asks for more, and one that is no probability is refused", () => {
    const rows = table(FLAKY, ...many(3, "a", "failing FFFF>PPPP"));
    expect(judge(rows, SURE, { alpha: 0.05 }).verdict).toBe("accept");
    expect(judge(rows, SURE, { alpha: 1e-6 }).verdict).toBe("inconclusive");
    for (const alpha of [0, 1, Number.NaN]) expect(() => judge(rows, SURE, { alpha })).toThrow(RangeError);
  });
});

function cost(
  samePasses: CostComparison["samePasses"],
  perPass: CostComparison["perPass"] = { baseline: 10, candidate: 10 },
): CostComparison {
  return { limit: 2, samePasses, perPass };
}

describe("evidence", () => {
  const fix = table("a failing F>P");
  test.each<[GateEvidence, string, string[]]>([
    [SURE, "accept", []],
    [{ ...SURE, exercised: "no" }, "reject", ["exercised fails"]],
    [{ ...SURE, exercised: "unknown" }, "inconclusive", ["exercised unknown"]],
    // One trial of a model that may answer differently counts for what it is: a single pair.
    [{ ...SURE, deterministic: false }, "inconclusive", ["improves unknown"]],
    [{ ...SURE, incomplete: ["z"] }, "inconclusive", ["harms-nothing unknown"]],
    [{ ...SURE, unreadable: ["z: gone"] }, "inconclusive", ["bank-intact unknown"]],
    [{ ...SURE, gaming: undefined }, "inconclusive", ["not-gaming unknown"]],
    [{ ...SURE, gaming: ["it names the task"] }, "reject", ["not-gaming fails"]],
    [{ ...SURE, cost: undefined }, "inconclusive", ["within-cost unknown"]],
    [{ ...SURE, cost: cost({ baseline: 10, candidate: 21 }) }, "reject", ["within-cost fails"]],
    [{ ...SURE, cost: cost({ baseline: 10, candidate: 20 }) }, "accept", []],
    [{ ...SURE, cost: cost(undefined, { baseline: 10, candidate: 21 }) }, "reject", ["within-cost fails"]],
    [{ ...SURE, cost: cost(undefined, { baseline: undefined, candidate: 9 }) }, "accept", []],
  ])("%j", (evidence, expected, open) => {
    const verdict = judge(fix, evidence);
    expect(failing(verdict)).toEqual(open);
    expect(verdict.verdict).toBe(expected);
  });

  test("a live model that repeats exactly is decided exactly", () => {
    expect(judge(table("a failing FF>PP"), { ...SURE, deterministic: false }).verdict).toBe("accept");
  });

  test.each<[Partial<Comparison>, string, string[]]>([
    [{}, "accept", []],
    [{ state: "futile" }, "inconclusive", ["improves unknown"]],
    [{ state: "spent" }, "inconclusive", ["improves unknown"]],
    [{ state: "budget" }, "inconclusive", ["improves unknown"]],
    // Enough for a single candidate, not for one of the many in the life of an agent.
    [{ evalue: 20 }, "inconclusive", ["improves unknown"]],
  ])("a comparison that ended %j decides, also where trials repeat", (ended, expected, open) => {
    const comparison: Comparison = {
      state: "better",
      level: 0.01,
      pairs: 12,
      gains: 9,
      losses: 0,
      evalue: 100,
      ...ended,
    };
    const verdict = judge(table("a failing FF>PP"), { ...SURE, deterministic: false, comparison });
    expect(failing(verdict)).toEqual(open);
    expect(verdict.verdict).toBe(expected);
    expect(verdict.evalue).toBe(comparison.evalue);
  });

  test("an error within a rule is unknown, never an acceptance", () => {
    const broken = Object.defineProperty({ ...SURE }, "exercised", {
      get(): never {
        throw new Error("evidence was lost");
      },
    });
    const verdict = judge(fix, broken);
    expect(verdict.verdict).toBe("inconclusive");
    expect(failing(verdict)).toEqual(["exercised unknown"]);
    expect(verdict.reasons.some((reason) => reason.figures.includes("evidence was lost"))).toBe(true);
  });

  test("no reasons at all are no acceptance", () => {
    expect(verdictOf([])).toBe("inconclusive");
  });
});

describe("a table alone", () => {
  test("is judged without asking whether the patch was exercised", () => {
    expect(judgeTable(table("a failing F>P", "b passing P>P")).verdict).toBe("accept");
    expect(judgeTable(table("a failing F>P", "b passing P>F")).verdict).toBe("reject");
    expect(judgeTable(table("a failing FF>PF")).verdict).toBe("inconclusive");
    expect(judgeTable(table("a failing F>P")).reasons.map((reason) => reason.name)).not.toContain(
      "exercised",
    );
  });
});

describe("a table alone, with few trials of each case", () => {
  test.each<[string, string[], string]>([
    ["roles that the baseline confirms make it exact", ["a failing F>P", "b safety P>P"], "accept"],
    ["without roles nothing shows that it repeats", ["a - F>P", "b - P>P"], "inconclusive"],
    ["nor where a role is contradicted", ["a failing F>P", "b passing F>P"], "inconclusive"],
    [
      "noise that goes both ways is no gain",
      [...many(8, "a", "- F>P"), ...many(7, "b", "- P>F")],
      "inconclusive",
    ],
    ["enough of them are evidence", many(12, "a", "- F>P"), "accept"],
    ["two trials without roles do not show it either", ["a - FF>PP"], "inconclusive"],
    ["three do", ["a - FFF>PPP"], "accept"],
  ])("%s", (_, rows, expected) => {
    expect(judgeTable(table(...rows)).verdict).toBe(expected);
  });
});

describe("whatever the table", () => {
  const anyCase = fc.record({
    role: fc.constantFrom(...Role.options),
    baseline: fc.boolean(),
    candidate: fc.boolean(),
  });
  const outcomesOf = (cases: { role: Role; baseline: boolean; candidate: boolean }[]) =>
    table(
      ...cases.map((one, i) => `c${i} ${one.role} ${one.baseline ? "P" : "F"}>${one.candidate ? "P" : "F"}`),
    );

  test("accepted means: something failing was fixed and nothing was lost", () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(anyCase, { minLength: 1, maxLength: 5 }), (cases) => {
        const verdict = judge(outcomesOf(cases), SURE);
        if (verdict.verdict !== "accept") return;
        accepted++;
        expect(cases.some((one) => one.role === "failing" && !one.baseline && one.candidate)).toBe(true);
        expect(cases.some((one) => one.baseline && !one.candidate)).toBe(false);
      }),
      { seed: 7, numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  test("the order of rows does not matter", () => {
    fc.assert(
      fc.property(fc.array(anyCase, { minLength: 1, maxLength: 5 }), (cases) => {
        const rows = outcomesOf(cases);
        expect(judge(rows.toReversed(), SURE).verdict).toBe(judge(rows, SURE).verdict);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});
