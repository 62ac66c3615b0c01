import { expect, test } from "vitest";
import { checkScope, genomePart } from "../../guardrails/scope.ts";

const PATHS = { harness: "runtime/genome/harness", prompts: "runtime/genome/prompts", skills: "skills" };

test.each([
  ["runtime/genome/harness/loop.ts", "harness"],
  ["runtime/genome/prompts/system.md", "prompt"],
  ["skills/csv-report/SKILL.md", "skill"],
])("%s is genome", (path, part) => {
  expect(genomePart(path, PATHS)).toBe(part);
  expect(checkScope([path], PATHS, [])).toEqual([]);
});

test.each([
  "agent.yaml",
  "guardrails.yaml",
  "tasks/a/b/task.yaml",
  "package.json",
  "runtime/genome/harness/sub/loop.ts",
  "runtime/genome/harness/loop.js",
  "runtime/genome/harness/types.d.ts",
  "runtime/genome/harness/.hidden.ts",
  "runtime/genome/harness/../../kernel/run.ts",
  "runtime/genome/harness/./loop.ts",
  "runtime//genome/harness/loop.ts",
  "/runtime/genome/harness/loop.ts",
  "runtime\\genome\\harness\\loop.ts",
  "runtime/genome/harness/lοop.ts",
  "runtime/genome/harness/loop.ts\u0000",
  "runtime/genome/harness/loop.ts ",
  "runtime/genome/prompts/system.txt",
  "skills/csv-report/scripts/sum.mjs",
  "skills/csv-report/skill.md",
  "skills/Csv/SKILL.md",
  "skills/SKILL.md",
  "skills/find.ts",
  "Runtime/genome/harness/loop.ts",
  "",
])("%j is refused", (path) => {
  expect(checkScope([path], PATHS, [])).toMatchObject([{ check: "scope", path }]);
});

test("a path that is another one on some disks is refused", () => {
  const existing = ["runtime/genome/harness/loop.ts"];
  expect(checkScope(["runtime/genome/harness/Loop.ts"], PATHS, existing)).toMatchObject([
    { message: expect.stringContaining("by case") },
  ]);
  expect(checkScope(existing, PATHS, existing)).toEqual([]);
  const twice = ["runtime/genome/harness/new.ts", "runtime/genome/harness/NEW.ts"];
  expect(checkScope(twice, PATHS, [])).toMatchObject([{ message: "named twice in one proposal" }]);
});
