import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { changedProtected } from "../../../../runtime/kernel/suite/protect.ts";
import type { TaskOnDisk } from "../../../../runtime/kernel/suite/task.ts";
import { desk, taskOf, verify, type Desk } from "./support.ts";

/** A task with tests, and a run that has left them as they were. */
function bench(protect: readonly string[] = ["tests/**"]): { at: Desk; task: TaskOnDisk; file: string } {
  const at = desk();
  for (const [path, text] of [
    ["tests/one.mjs", "1"],
    ["tests/deep/two.mjs", "2"],
    ["src/a.js", "3"],
  ] as const) {
    at.put(`t/workspace/${path}`, text);
    at.leave(path, text);
  }
  const task = taskOf(at, { verify: [{ absent: "nothing" }], protect: [...protect] });
  return { at, task, file: join(at.workspace, "tests/one.mjs") };
}

const spoil: readonly (readonly [string, (file: string) => void, RegExp])[] = [
  ["changed", (file) => writeFileSync(file, "x"), /one\.mjs is protected and was changed/],
  ["made executable", (file) => chmodSync(file, 0o755), /one\.mjs is protected and was changed/],
  ["removed", (file) => rmSync(file), /one\.mjs is protected and was removed/],
  [
    "joined by another",
    (file) => writeFileSync(join(file, "../new.mjs"), ""),
    /new\.mjs is in a protected place/,
  ],
  ["replaced by a link", (file) => (rmSync(file), symlinkSync("../src/a.js", file)), /was changed/],
  ["replaced by a folder", (file) => (rmSync(file), mkdirSync(file)), /was removed/],
];

test.each(spoil)("a protected file that was %s fails the task", async (_, change, message) => {
  const { at, task, file } = bench();
  expect(changedProtected(task, at.workspace)).toBeUndefined();
  change(file);
  expect(changedProtected(task, at.workspace)).toMatch(message);
});

test("a folder on the way that became a link is not followed", () => {
  const { at, task } = bench();
  rmSync(join(at.workspace, "tests"), { recursive: true });
  symlinkSync(join(at.suite, "t/workspace/tests"), join(at.workspace, "tests"));
  expect(changedProtected(task, at.workspace)).toMatch(/was removed|in a protected place/);
});

test("other files may change, and a pattern with ! takes files out", () => {
  const { at, task } = bench(["tests/**", "!tests/deep/**"]);
  at.leave("src/a.js", "other");
  at.leave("tests/deep/two.mjs", "other");
  expect(changedProtected(task, at.workspace)).toBeUndefined();
});

test("what a check's command names is protected, and no command runs when it was changed", async () => {
  const at = desk();
  at.put("t/workspace/tests/check.mjs", "process.exit(1)");
  at.leave("tests/check.mjs", "process.exit(0)");
  const { verdict, detail } = await verify(at, { command: ["node", "tests/check.mjs"] });
  expect(verdict).toBe("fail");
  expect(detail).toBe("fail: tests/check.mjs is protected and was changed");
});

test.each([
  "/workspace//tests/check.mjs",
  "/workspace/./tests/check.mjs",
  "//workspace/tests/check.mjs",
  "./src/../tests/check.mjs",
  "tests//check.mjs",
  "--import=./tests/check.mjs",
  "file:///workspace/tests/check.mjs",
  "/workspace/tests/",
])("it is protected in other spellings as well: %s", (spelling) => {
  const at = desk();
  at.put("t/workspace/tests/check.mjs", "process.exit(1)");
  at.leave("tests/check.mjs", "process.exit(0)");
  const task = taskOf(at, { verify: [{ command: ["node", spelling] }] });
  expect(changedProtected(task, at.workspace)).toBe("tests/check.mjs is protected and was changed");
});

test.each(["/", ".", "..", "../workspace", "--test", "/workspace/../etc", "-", "a.txt/b", "x".repeat(5000)])(
  "what names no file of the workspace protects nothing: %s",
  (part) => {
    const at = desk();
    at.put("t/workspace/a.txt", "old");
    at.leave("a.txt", "new");
    expect(
      changedProtected(taskOf(at, { verify: [{ command: ["node", part] }] }), at.workspace),
    ).toBeUndefined();
  },
);

test.each([
  ["a link to the script", "check", "tests/check.mjs", "check"],
  ["a link to its folder", "t", "tests", "t/check.mjs"],
  ["a link of the sandbox's", "check", "/workspace/tests/check.mjs", "check"],
])("what %s leads to is protected as well", (_, link, target, named) => {
  const at = desk();
  at.put("t/workspace/tests/check.mjs", "process.exit(1)");
  at.leave("tests/check.mjs", "process.exit(1)");
  for (const root of [join(at.suite, "t/workspace"), at.workspace]) symlinkSync(target, join(root, link));
  const task = taskOf(at, { verify: [{ command: ["node", named] }] });
  expect(changedProtected(task, at.workspace)).toBeUndefined();
  at.leave("tests/check.mjs", "process.exit(0)");
  expect(changedProtected(task, at.workspace)).toBe("tests/check.mjs is protected and was changed");
  at.leave("tests/check.mjs", "process.exit(1)");
  rmSync(join(at.workspace, link));
  expect(changedProtected(task, at.workspace)).toBe(`${link} is protected and was removed`);
});

test("links that lead round in a circle, or out, end the search", () => {
  const at = desk();
  mkdirSync(join(at.suite, "t/workspace"), { recursive: true });
  for (const root of [join(at.suite, "t/workspace"), at.workspace]) {
    symlinkSync("b", join(root, "a"));
    symlinkSync("a", join(root, "b"));
    symlinkSync("../../etc", join(root, "out"));
  }
  for (const named of ["a", "out/passwd", "b/c"])
    expect(
      changedProtected(taskOf(at, { verify: [{ command: ["node", named] }] }), at.workspace),
    ).toBeUndefined();
});
