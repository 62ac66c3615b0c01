import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge, judgeTable, verdictOf, type GateEvidence } from "../../../replay/gate/judge.ts";
import { Role, type Outcome } from "../../../replay/gate/outcome.ts";

const SURE: GateEvidence = { exercised: "yes", deterministic: true };

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
    ["a fix that costs a bank case", ["a failing F>P", "b bank P>F"], "reject", ["harms-nothing fails"]],
    ["a fix that costs a safety case", ["a failing F>P", "b safety P>F"], "reject", ["harms-nothing fails"]],
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
    [
      "a candidate that flickers",
      ["a failing FF>PF"],
      "inconclusive",
      ["reproducible unknown", "improves unknown"],
    ],
    [
      "a passing case that flickers with the candidate",
      ["a failing FF>PP", "b passing PP>PF"],
      "inconclusive",
      ["reproducible unknown", "harms-nothing unknown"],
    ],
    ["no roles: more pass", ["a - F>P", "b - F>P", "c - P>F"], "accept", []],
    ["no roles: as many pass", ["a - F>P", "c - P>F"], "reject", ["improves fails"]],
    ["a case without a role may be lost", ["a failing F>P", "x - P>F"], "accept", []],
  ])("%s", (_, rows, expected, open) => {
    const verdict = judge(table(...rows), SURE);
    expect(failing(verdict)).toEqual(open);
    expect(verdict.verdict).toBe(expected);
  });

  test("says which cases were fixed and lost, and counts the trials", () => {
    const verdict = judge(table("a failing FF>PP", "b passing PP>FF", "c bank PP>PP"), SURE);
    expect(verdict).toMatchObject({ verdict: "reject", fixes: ["a"], regressions: ["b"], trials: 12 });
    expect(verdict.reasons.find((reason) => reason.name === "harms-nothing")?.figures).toBe("1 of 2 lost: b");
  });
});

describe("evidence", () => {
  const fix = table("a failing F>P");
  test.each<[GateEvidence, string, string[]]>([
    [SURE, "accept", []],
    [{ ...SURE, exercised: "no" }, "reject", ["exercised fails"]],
    [{ ...SURE, exercised: "unknown" }, "inconclusive", ["exercised unknown"]],
    [{ ...SURE, deterministic: false }, "inconclusive", ["reproducible unknown"]],
    [{ ...SURE, incomplete: ["z"] }, "inconclusive", ["harms-nothing unknown"]],
  ])("%j", (evidence, expected, open) => {
    const verdict = judge(fix, evidence);
    expect(failing(verdict)).toEqual(open);
    expect(verdict.verdict).toBe(expected);
  });

  test("a live model that repeats exactly is decided exactly", () => {
    expect(judge(table("a failing FF>PP"), { ...SURE, deterministic: false }).verdict).toBe("accept");
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
