import { describe, expect, test } from "vitest";
import { exercised, type Change } from "../../replay/exercised.ts";
import type { TrajectoryEvent } from "../../runtime/kernel/trajectory/events.ts";

const before = "export function f(n) {\n  return n;\n}\n";
const after = "export function f(n) {\n  if (n > 1) {\n    return 2;\n  }\n  return n;\n}\n";

describe("exercised", () => {
  test("harness: a changed line must have run", () => {
    const change: Change = { path: "harness/f.ts", before, after };
    expect(exercised([change], [ran({ "harness/f.ts": [1, 5] })])).toBe("no");
    expect(exercised([change], [ran({ "harness/f.ts": [1, 2, 5] })])).toBe("yes");
    expect(exercised([change], [ran({ "harness/g.ts": [2] })])).toBe("no");
  });

  test("harness: what counts as run in any file shows nothing", () => {
    const dead = `${before}\n// A comment.\nexport function head() {\n  return 1;\n}\n`;
    const lines = dead.split("\n").map((_, i) => i + 1);
    const body = dead.split("\n").indexOf("  return 1;") + 1;
    const change: Change = { path: "harness/f.ts", before, after: dead };
    expect(exercised([change], [ran({ "harness/f.ts": lines.filter((line) => line !== body) })])).toBe("no");
    expect(exercised([change], [ran({ "harness/f.ts": lines })])).toBe("yes");
  });

  test("harness: without coverage nobody knows", () => {
    expect(exercised([{ path: "harness/f.ts", before, after }], [])).toBe("unknown");
  });

  test("harness: where lines were only taken out, the line that follows must have run", () => {
    const change: Change = { path: "harness/f.ts", before: after, after: before };
    expect(exercised([change], [ran({ "harness/f.ts": [2] })])).toBe("yes");
    expect(exercised([change], [ran({ "harness/f.ts": [3] })])).toBe("no");
  });

  test("skill: it must have been loaded, and found", () => {
    const change: Change = { path: "skills/sum/SKILL.md", before: "a\n", after: "a\nb\n" };
    expect(exercised([change], [{ kind: "skill_loaded", name: "sum", found: true }])).toBe("yes");
    expect(exercised([change], [{ kind: "skill_loaded", name: "sum", found: false }])).toBe("no");
    expect(exercised([change], [{ kind: "skill_loaded", name: "other", found: true }])).toBe("no");
  });

  test("prompt: the added text must have been sent", () => {
    const change: Change = {
      path: "prompts/lessons.md",
      before: "# Lessons\n",
      after: "# Lessons\n\nWhen you see x, do y.\n",
    };
    expect(exercised([change], [sent("You are.\n# Lessons\n\nWhen you see x, do y.")])).toBe("yes");
    expect(exercised([change], [sent("You are.\n# Lessons\n")])).toBe("no");
  });

  test("every changed file counts: one that was not used spoils it", () => {
    const changes: Change[] = [
      { path: "harness/f.ts", before, after },
      { path: "skills/sum/SKILL.md", before: "a\n", after: "b\n" },
    ];
    expect(exercised(changes, [ran({ "harness/f.ts": [2] })])).toBe("no");
    expect(
      exercised(changes, [ran({ "harness/f.ts": [2] }), { kind: "skill_loaded", name: "sum", found: true }]),
    ).toBe("yes");
  });

  test("a path outside the genome is never taken for used", () => {
    expect(exercised([{ path: "agent.yaml", before: "a", after: "b" }], [ran({})])).toBe("unknown");
  });
});

function ran(coverage: Record<string, number[]>): TrajectoryEvent {
  return { kind: "harness_exited", exit: "exit code 0", stderr: "", coverage };
}

function sent(system: string): TrajectoryEvent {
  return {
    kind: "model_called",
    step: 0,
    request: { hash: "h", system, shared: 0, messages: [{ role: "user", content: "Add up" }] },
    ms: 1,
  };
}
