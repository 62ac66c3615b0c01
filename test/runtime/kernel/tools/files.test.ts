import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  closeSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bench } from "./support.ts";

describe("a path that is longer than any path may be", () => {
  const long = "x/".repeat(200_000);
  it.each([
    ["read", { path: long }],
    ["read", { path: `/workspace/${"é".repeat(2100)}` }],
    ["write", { path: long, content: "" }],
    ["edit", { path: long, old: "a", new: "b" }],
    ["glob", { pattern: "*", path: long }],
    ["glob", { pattern: `${long}*` }],
    ["grep", { pattern: "a", path: long }],
    ["grep", { pattern: "a", glob: `${long}*` }],
  ])("is refused by %s before anything is looked at", async (tool, input) => {
    const { call } = await bench();
    const { failure, content } = await call(tool, input);
    expect(failure).toEqual({ kind: "invalid_input" });
    expect(content).toMatch(/(?:path|pattern|glob): longer than 4096 bytes$/);
  });
});

describe("read", () => {
  it("gives the plain text, wherever the path says the workspace or the skills are", async () => {
    const { call, put, workspace } = await bench();
    put("workspace/a/b.txt", "eins\nzwei\n");
    put("skills/s/x.md", "skill");
    for (const path of [
      "a/b.txt",
      "./a//b.txt",
      "/workspace/a/b.txt",
      "a/../a/b.txt",
      join(workspace, "a/b.txt"),
    ]) {
      expect(await call("read", { path })).toEqual({
        content: "eins\nzwei\n",
        is_error: false,
        total_bytes: 10,
      });
    }
    for (const path of ["$SKILLS/s/x.md", "${SKILLS}/s/x.md", "/skills/s/x.md"]) {
      expect((await call("read", { path })).content).toBe("skill");
    }
  });

  it.each([
    "/etc/passwd",
    "../x",
    "a/../../x",
    "/workspace/../etc/passwd",
    "/workspacex/a",
    "$SKILLS/../x",
    "out",
    "in/out/passwd",
    "a\0b",
  ])("does not leave the workspace by %j", async (path) => {
    const { call, workspace } = await bench();
    symlinkSync("/etc/passwd", join(workspace, "out"));
    mkdirSync(join(workspace, "in"));
    symlinkSync("/etc", join(workspace, "in/out"));
    const result = await call("read", { path });
    expect(result.failure).toEqual({ kind: "denied" });
    expect(result.content).not.toContain("root:");
  });

  it("follows links that stay inside, also those made inside the sandbox", async () => {
    const { call, put, workspace } = await bench();
    put("workspace/d/real.txt", "here");
    symlinkSync("d", join(workspace, "folder"));
    symlinkSync("/workspace/d/real.txt", join(workspace, "absolute"));
    symlinkSync("../absolute", join(workspace, "d/back"));
    symlinkSync("loop", join(workspace, "loop"));
    for (const path of ["folder/real.txt", "absolute", "folder/back"]) {
      expect((await call("read", { path })).content).toBe("here");
    }
    expect((await call("read", { path: "loop" })).failure).toEqual({ kind: "denied" });
  });

  it("applies rules to what a link leads to", async () => {
    const { call, put, workspace } = await bench({ policy: { deny: ["read(secret/**)"] } });
    put("workspace/secret/key", "hidden");
    symlinkSync("secret", join(workspace, "open"));
    expect((await call("read", { path: "open/key" })).failure).toEqual({ kind: "denied" });
    const found = await call("grep", { pattern: "hidden" });
    expect(found.content).toMatch(/^no match/);
    expect((await call("glob", { pattern: "**" })).content).not.toContain("key");
  });

  it("reads ranges of lines", async () => {
    const { call, put } = await bench();
    put("workspace/n", Array.from({ length: 10 }, (_, i) => `line ${i + 1}\n`).join(""));
    expect((await call("read", { path: "n", start_line: 3, lines: 2 })).content).toBe("line 3\nline 4\n");
    expect((await call("read", { path: "n", start_line: 10 })).content).toBe("line 10\n");
    const beyond = await call("read", { path: "n", start_line: 11 });
    expect(beyond).toMatchObject({ is_error: true });
    expect(beyond.content).toContain("has 10 lines");
  });

  it("shows both ends of a huge file and any range in it", async () => {
    const { call, put, workspace } = await bench();
    put("workspace/huge", "first\n");
    const path = join(workspace, "huge");
    truncateSync(path, 2 * 1024 ** 3);
    const fd = openSync(path, "r+");
    writeSync(fd, "x".repeat(9000), 6);
    writeSync(fd, "\nlast\n", 2 * 1024 ** 3 - 6);
    closeSync(fd);
    const whole = await call("read", { path: "huge" });
    expect(whole.total_bytes).toBe(2 * 1024 ** 3);
    expect(whole.content.startsWith("first\nx")).toBe(true);
    expect(whole.content.endsWith("\nlast\n")).toBe(true);
    expect((await call("read", { path: "huge", lines: 1 })).content).toBe("first\n");
  });

  it("says of binary files, folders, pipes and missing files what they are", async () => {
    const { call, put, workspace } = await bench();
    put("workspace/image.png", Buffer.from([0x89, 0x50, 0, 1, 2]));
    put("workspace/report.csv", "a");
    execFileSync("mkfifo", [join(workspace, "pipe")]);
    const says = async (path: string): Promise<string> => {
      const result = await call("read", { path });
      expect(result.is_error).toBe(true);
      return `${result.failure?.kind}: ${result.content}`;
    };
    expect(await says("image.png")).toMatch(/failed: .*binary file of 5 bytes/);
    expect(await says(".")).toMatch(
      /failed: . is a folder; the workspace holds: image.png, pipe, report.csv/,
    );
    expect(await says("pipe")).toMatch(/failed: .*pipe/);
    expect(await says("reprot.csv")).toMatch(/not_found: there is no reprot.csv; did you mean report.csv\?/);
    expect(await says("no/such/folder")).toMatch(/not_found/);
    expect(await says("report.csv/x")).toMatch(/failed/);
    expect(await says("x".repeat(300))).toMatch(/invalid_input/);
  });

  it("gives empty files as empty, and replaces what is not UTF-8", async () => {
    const { call, put } = await bench();
    put("workspace/empty", "");
    put("workspace/latin", Buffer.from("caf\xe9\n", "latin1"));
    expect(await call("read", { path: "empty" })).toEqual({ content: "", is_error: false, total_bytes: 0 });
    expect(await call("read", { path: "latin" })).toEqual({
      content: "caf\uFFFD\n",
      is_error: false,
      total_bytes: 5,
    });
  });
});

describe("write", () => {
  it("makes the file with its folders, and replaces it whole", async () => {
    const { call, workspace } = await bench();
    expect((await call("write", { path: "a/b/c.txt", content: "né\n" })).is_error).toBe(false);
    await call("write", { path: "/workspace/a/b/c.txt", content: "x" });
    expect(readFileSync(join(workspace, "a/b/c.txt"), "utf8")).toBe("x");
    expect(readdirSync(join(workspace, "a/b"))).toEqual(["c.txt"]);
  });

  it("keeps the mode of what was there, and gives new files the usual one", async () => {
    const { call, put, workspace } = await bench();
    chmodSync(put("workspace/run.sh", "old"), 0o751);
    await call("write", { path: "run.sh", content: "new" });
    await call("write", { path: "new", content: "new" });
    expect(statSync(join(workspace, "run.sh")).mode & 0o777).toBe(0o751);
    expect(statSync(join(workspace, "new")).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  it("writes through a link that stays inside and not through one that leads out", async () => {
    const { call, put, workspace, base } = await bench();
    put("workspace/real", "old");
    put("outside", "safe");
    symlinkSync("real", join(workspace, "link"));
    symlinkSync(join(base, "outside"), join(workspace, "out"));
    symlinkSync(base, join(workspace, "up"));
    expect((await call("write", { path: "link", content: "new" })).is_error).toBe(false);
    expect(readFileSync(join(workspace, "real"), "utf8")).toBe("new");
    expect(lstatSync(join(workspace, "link")).isSymbolicLink()).toBe(true);
    for (const path of ["out", "up/outside", "up/new", "../new", join(base, "new")]) {
      expect((await call("write", { path, content: "bad" })).failure).toEqual({ kind: "denied" });
    }
    expect(readFileSync(join(base, "outside"), "utf8")).toBe("safe");
    expect(existsSync(join(base, "new"))).toBe(false);
  });

  it("refuses folders, pipes, skills and names that end in a slash", async () => {
    const { call, workspace, put } = await bench();
    put("skills/s", "x");
    mkdirSync(join(workspace, "d"));
    execFileSync("mkfifo", [join(workspace, "pipe")]);
    for (const path of ["d", ".", "pipe", "d/", "new/", "/skills/s", "$SKILLS/new"]) {
      expect((await call("write", { path, content: "x" })).is_error).toBe(true);
    }
    expect(readdirSync(workspace).toSorted()).toEqual(["d", "pipe"]);
  });

  it("does not write outside while somebody swaps folders for links", async () => {
    const { call, put, base } = await bench();
    const target = join(base, "target");
    mkdirSync(target);
    put(
      "workspace/swap.mjs",
      `import { mkdirSync, rmSync, symlinkSync } from "node:fs";
       const attempt = (f) => { try { f(); } catch {} };
       for (;;) {
         attempt(() => rmSync("d", { recursive: true, force: true }));
         attempt(() => symlinkSync(${JSON.stringify(target)}, "d"));
         attempt(() => rmSync("d", { force: true }));
         attempt(() => mkdirSync("d"));
       }`,
    );
    const swap = call("bash", { command: "node swap.mjs", timeout_seconds: 3 });
    let wrote = 0;
    let refused = 0;
    const until = performance.now() + 2500;
    while (performance.now() < until) {
      const result = await call("write", { path: "d/x", content: "x" });
      if (result.is_error) refused++;
      else wrote++;
      await new Promise((done) => setImmediate(done));
    }
    await swap;
    expect(readdirSync(target)).toEqual([]);
    expect(wrote).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });
});

describe("edit", () => {
  it("replaces the one occurrence, whatever the texts hold", async () => {
    const { call, put } = await bench();
    const path = put("workspace/a", "one\ntwo\nthree\n");
    expect((await call("edit", { path: "a", old: "two", new: "$& $1 2" })).content).toBe(
      "replaced 1 occurrence in a, line 2",
    );
    expect(readFileSync(path, "utf8")).toBe("one\n$& $1 2\nthree\n");
  });

  it.each([
    ["x", /occurs 3 times in a \(at lines 1, 2, 2\)/],
    ["zzz", /does not contain the old text/],
    ["Y", /does not contain/],
  ])("changes nothing when %j is not there exactly once", async (old, message) => {
    const { call, put } = await bench();
    const path = put("workspace/a", "yx\r\nx x\r\n");
    const before = readFileSync(path, "utf8");
    const result = await call("edit", { path: "a", old, new: "n" });
    expect(result.is_error).toBe(true);
    expect(result.content).toMatch(message);
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  it("says so when only line ends or blanks differ", async () => {
    const { call, put } = await bench();
    put("workspace/crlf", "a\r\nb\r\n");
    put("workspace/tabs", "if x:\n\treturn  1\n");
    expect((await call("edit", { path: "crlf", old: "a\nb", new: "c" })).content).toMatch(
      /its lines end in \\r\\n/,
    );
    expect((await call("edit", { path: "tabs", old: "if x:\n    return 1", new: "c" })).content).toMatch(
      /differs in blanks/,
    );
  });

  it("leaves binary files alone and refuses edits that say nothing", async () => {
    const { call, put } = await bench();
    put("workspace/b", Buffer.from([0x61, 0xff, 0x62]));
    expect((await call("edit", { path: "b", old: "a", new: "c" })).content).toMatch(/not UTF-8/);
    expect((await call("edit", { path: "b", old: "a", new: "a" })).failure).toEqual({
      kind: "invalid_input",
    });
    expect((await call("edit", { path: "b", old: "", new: "a" })).failure).toEqual({ kind: "invalid_input" });
    expect((await call("edit", { path: "no", old: "a", new: "b" })).failure).toEqual({ kind: "not_found" });
  });

  it("loses no edit when several come at once", async () => {
    const { call, put } = await bench();
    const path = put("workspace/a", Array.from({ length: 20 }, (_, i) => `<${i}>\n`).join(""));
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => call("edit", { path: "a", old: `<${i}>`, new: `[${i}]` })),
    );
    expect(readFileSync(path, "utf8")).toBe(Array.from({ length: 20 }, (_, i) => `[${i}]\n`).join(""));
  });
});
