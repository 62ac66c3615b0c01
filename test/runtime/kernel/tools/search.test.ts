import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bench } from "./support.ts";

describe("grep", () => {
  it("gives path, line and text, in a stable order", async () => {
    const { call, put } = await bench();
    put("workspace/b.txt", "Alpha\nbeta\r\n");
    put("workspace/a/c.ts", "alpha 1\nalpha 2");
    put("workspace/.git/config", "alpha");
    put("workspace/node_modules/x.js", "alpha");
    expect((await call("grep", { pattern: "alpha" })).content).toBe("a/c.ts:1:alpha 1\na/c.ts:2:alpha 2\n");
    expect((await call("grep", { pattern: "^alpha$", ignore_case: true })).content).toBe("b.txt:1:Alpha\n");
    expect((await call("grep", { pattern: "beta$" })).content).toBe("b.txt:2:beta\n");
    expect((await call("grep", { pattern: "alpha", glob: "*.txt" })).content).toMatch(
      /^no match for alpha in 1 files/,
    );
    expect((await call("grep", { pattern: "2$", path: "a/c.ts" })).content).toBe("a/c.ts:2:alpha 2\n");
    expect((await call("grep", { pattern: "2$", path: "a" })).content).toBe("a/c.ts:2:alpha 2\n");
  });

  it("leaves binary files, pipes and links alone", async () => {
    const { call, put, workspace } = await bench();
    put("workspace/bin", Buffer.from("alpha\0"));
    execFileSync("mkfifo", [join(workspace, "pipe")]);
    symlinkSync("/etc/passwd", join(workspace, "out"));
    symlinkSync("/etc", join(workspace, "folder"));
    expect((await call("grep", { pattern: "alpha|root" })).content).toMatch(/^no match/);
    expect((await call("grep", { pattern: "root", path: "folder" })).failure).toEqual({ kind: "denied" });
  });

  it("stops a pattern that would take for ever", async () => {
    const { call, put } = await bench();
    put("workspace/a", `${"a".repeat(60)}!`);
    const result = await call("grep", { pattern: "(a+)+$" });
    expect(result.failure).toEqual({ kind: "invalid_input" });
    expect(result.content).toMatch(/takes too long/);
  });

  it("refuses what is no pattern, and says when there is more", async () => {
    const { call, put } = await bench();
    expect((await call("grep", { pattern: "(" })).failure).toEqual({ kind: "invalid_input" });
    expect((await call("grep", { pattern: "a", path: "no" })).failure).toEqual({ kind: "not_found" });
    put("workspace/many", "x\n".repeat(500));
    const { content } = await call("grep", { pattern: "x" });
    expect(content.match(/^many:/gm)).toHaveLength(200);
    expect(content).toMatch(/the first 200 matches/);
  });
});

describe("glob", () => {
  it("matches names anywhere and paths from the folder", async () => {
    const { call, put } = await bench();
    for (const path of ["a.csv", "x/b.csv", "x/y/c.csv", "x/y/d.txt"]) put(`workspace/${path}`, "");
    expect((await call("glob", { pattern: "*.csv" })).content).toBe("a.csv\nx/b.csv\nx/y/c.csv\n");
    expect((await call("glob", { pattern: "x/*.csv" })).content).toBe("x/b.csv\n");
    expect((await call("glob", { pattern: "x/**/*.{csv,txt}" })).content).toBe(
      "x/b.csv\nx/y/c.csv\nx/y/d.txt\n",
    );
    expect((await call("glob", { pattern: "y/*", path: "x" })).content).toBe("x/y/c.csv\nx/y/d.txt\n");
    expect((await call("glob", { pattern: "*.nope" })).content).toBe("no file matches *.nope");
    expect((await call("glob", { pattern: "*", path: "a.csv" })).is_error).toBe(true);
  });

  it("finds files of skills", async () => {
    const { call, put } = await bench();
    put("skills/s/SKILL.md", "");
    expect((await call("glob", { pattern: "*.md", path: "$SKILLS" })).content).toBe("/skills/s/SKILL.md\n");
  });
});

describe("a search that was cut", () => {
  it("says where, and what to do, instead of denying what it did not see", async () => {
    const { call, put } = await bench({ context: { maxEntries: 3 } });
    for (const path of ["a/1.txt", "a/2.txt", "b/3.txt", "c.csv"]) put(`workspace/${path}`, "word\n");
    const cut = "the search was cut at b, after 3 files and folders: give a folder further down as path";
    expect((await call("glob", { pattern: "*.csv" })).content).toBe(`no file matches *.csv so far: ${cut}`);
    expect((await call("glob", { pattern: "*.txt" })).content).toBe(`a/1.txt\na/2.txt\n(${cut})\n`);
    expect((await call("grep", { pattern: "no" })).content).toBe(`no match for no in 2 files (${cut})`);
    expect((await call("grep", { pattern: "word" })).content).toBe(
      `a/1.txt:1:word\na/2.txt:1:word\n(${cut})\n`,
    );
    expect((await call("glob", { pattern: "*.txt", path: "b" })).content).toBe("b/3.txt\n");
  });

  it("names the place below the folder that was searched", async () => {
    const { call, put } = await bench({ context: { maxEntries: 2 } });
    for (const name of ["1", "2", "3"]) put(`workspace/deep/er/${name}`, "");
    expect((await call("glob", { pattern: "x", path: "deep" })).content).toContain("cut at deep/er/2,");
  });

  it("is not cut when it ends with the last one", async () => {
    const { call, put } = await bench({ context: { maxEntries: 2 } });
    for (const name of ["1", "2"]) put(`workspace/${name}`, "");
    expect((await call("glob", { pattern: "x" })).content).toBe("no file matches x");
  });
});
