import { describe, expect, test } from "vitest";
import { fillCall } from "../../../../../runtime/kernel/model/procedure/calls.ts";
import { findInputs } from "../../../../../runtime/kernel/model/procedure/inputs.ts";
import { parseSkill } from "../../../../../runtime/kernel/model/procedure/parse-skill.ts";
import type { Procedure } from "../../../../../runtime/kernel/model/procedure/procedure.ts";

const RUN = "1. Run.\n\n   ```bash\n   run\n   ```";

function procedure(body: string): Procedure {
  const parsed = parseSkill(body);
  if (parsed.kind !== "procedure") throw new Error(`not a procedure: ${JSON.stringify(parsed)}`);
  return parsed.procedure;
}

function inputs(bullets: string, instruction: string): unknown {
  const found = findInputs(procedure(`## Inputs\n\n${bullets}\n\n## Steps\n\n${RUN}`).inputs, instruction);
  return found.kind === "found" ? Object.fromEntries(found.values) : found.name;
}

describe("inputs", () => {
  test("take the first expression that matches, and the first group that took part", () => {
    expect(inputs("- `a`: what, `x=(\\d)` or `y=(\\d)`", "Y=2")).toEqual({ a: "2" });
    expect(inputs('- `a`: `"([^"]+)"|(\\d+)`', "take 7")).toEqual({ a: "7" });
    expect(inputs("- `a`: `\\d+`", "take 70")).toEqual({ a: "70" });
  });

  test("have defaults with and without backticks, and may be optional", () => {
    expect(
      inputs(
        "- `a` (default `x y`): `a=(\\d)`\n- `b` (default 3): `b=(\\d)`\n- `c` (optional): `c=(\\d)`",
        "none",
      ),
    ).toEqual({
      a: "x y",
      b: "3",
      c: "",
    });
    expect(inputs("- `a` (default `1`): it can be (optional), `a=(\\d)`", "a=5")).toEqual({ a: "5" });
  });

  test("are missing when required and not matched", () => {
    expect(inputs("- `a`: `a=(\\d)`", "no")).toBe("a");
  });

  test("may have backticks in an expression, in double backticks or in brackets", () => {
    expect(inputs("- `a`: it, ``([^\\s`]+\\.csv)``", "`x.csv`")).toEqual({ a: "x.csv" });
    expect(inputs("- `a`: it, `([^\\s\"'`]+\\.csv)` or `([^`]+)`", "`x.csv`")).toEqual({ a: "x.csv" });
  });

  test("may go over several lines", () => {
    expect(inputs("- `a`: what it is,\n  `a=(\\d)`\n  or `b=(\\d)`", "b=1")).toEqual({ a: "1" });
  });
});

describe("steps", () => {
  test("keep the lines of a command, without the indent of its fence", () => {
    const { steps } = procedure(
      "## Steps\n\n1. x\n\n   ```Bash\n   for f in *; do\n     echo $f\n   done\n   ```",
    );
    expect(steps[0]?.calls.map((call) => fillCall(call, () => ""))).toEqual([
      { name: "Bash", input: { command: "for f in *; do\n  echo $f\ndone" } },
    ]);
  });

  test("are numbered items only; nested lists and numbers in blocks are not", () => {
    const { steps } = procedure(
      "## Steps\r\n\r\nFirst look.\r\n\r\n1. x\r\n   1. nested\r\n   ```write\r\n   content: |\r\n     1. text\r\n     ## not a heading\r\n   ```\r\n7) y\r\n",
    );
    expect(steps).toHaveLength(2);
    expect(steps[0]?.calls.map((call) => fillCall(call, () => ""))).toEqual(
      [{ name: "write", input: { content: "1. text\n## not a heading" } }].map((call) => ({
        ...call,
        input: { content: `${call.input.content}\n` },
      })),
    );
  });

  test("call nothing for a block without a tool", () => {
    expect(
      procedure("## Steps\n\n1. x\n   ```\n   example\n   ```\n   ```bash\n   go\n   ```").steps[0]?.calls,
    ).toHaveLength(1);
  });

  test("are not there in a skill of lessons", () => {
    expect(parseSkill("# Knowledge\n\nWhen you see `x`, repeat the step.")).toEqual({ kind: "no_steps" });
  });
});

describe("a procedure that cannot be followed says why", () => {
  const bash = (command: string, prose = ""): string =>
    `1. x\n   \`\`\`bash\n   ${command}\n   \`\`\`\n   ${prose}`;
  test.each([
    ["", "- `a`: `(`", RUN, "input `a`: .*Unterminated group"],
    ["", "- a: `x`", RUN, "does not begin with a name"],
    ["", "- `a`: nothing", RUN, "neither an expression nor a default"],
    ["", "- `a`: `x`\n- `a`: `y`", RUN, "there twice"],
    ["", "", "Just do it.", "not numbered"],
    ["", "", "1. x\n   ```bash\n   go", "not closed"],
    ["", "", bash("go {{who}}"), "step 1 uses `who`"],
    ["", "", bash("go 'to {{who}}'"), "stands inside quotes"],
    ["", "", bash("go", "Take `x` from `(`."), "step 1: .*Unterminated group"],
    ["", "", bash("go", "Take `x y` from `z`."), "not a name"],
    ["", "", bash("go", "For each `x` in `z`."), "does not say"],
    ["", "", bash("go", "For each `x` in `z` do steps 2 to 3."), "later steps that exist"],
    ["", "", bash("go", "Skip if `x` is ready."), "does not say what it is"],
    ["", "", "1. Take `x` from `y`.", "calls nothing"],
    ["", "", "1. x\n   ```write\n   - a\n   ```", "not YAML with a key"],
    ["", "", "1. x\n   ```write\n   a: 'b\n   ```", "step 1, write: "],
    ["{{gone}}", "", RUN, "the answer uses `gone`"],
  ])("%s %s %s", (answer, given, steps, why) => {
    const parsed = parseSkill(`## Inputs\n\n${given}\n\n## Steps\n\n${steps}\n\n## Answer\n\n${answer}`);
    expect(parsed).toEqual({ kind: "bad", why: expect.stringMatching(new RegExp(why)) });
  });

  test("when loops overlap", () => {
    const step = (n: number, loop = ""): string => `${n}. x\n   \`\`\`bash\n   go\n   \`\`\`\n   ${loop}`;
    const body = [
      "## Steps",
      step(1, "For each `a` in `x` do steps 2 to 3."),
      step(2, "For each `b` in `x` do steps 3 to 4."),
      step(3),
      step(4),
    ];
    expect(parseSkill(body.join("\n\n"))).toMatchObject({
      kind: "bad",
      why: expect.stringContaining("overlaps"),
    });
  });
});
