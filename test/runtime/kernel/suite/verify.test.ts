import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { detectSandbox } from "../../../../guardrails/sandbox/detect.ts";
import { verifyTask } from "../../../../runtime/kernel/suite/verify.ts";
import { desk, taskOf, verify, type Desk } from "./support.ts";

describe("file checks", () => {
  it.each([
    ["bytes", "a\n", "a\n", "pass"],
    ["bytes", "a\n", "a", "fail"],
    ["text", "a  \r\nb\n\n", "a\nb", "pass"],
    ["text", "\uFEFFa", "a", "pass"],
    ["text", " a", "a", "fail"],
    ["text", "a\n\nb", "a\nb", "fail"],
    ["lines", "b\na\n", "a\nb\n", "pass"],
    ["lines", "a\na\nb", "a\nb\nb", "fail"],
    ["json", '{"b":[1,2],"a":null}', '{ "a": null, "b": [1, 2] }', "pass"],
    ["json", "[2,1]", "[1,2]", "fail"],
    ["json", '{"a":1}', '{"a":1,"b":2}', "fail"],
    ["json", '{"__proto__":1}', '{"a":1}', "fail"],
    ["json", "{", "{}", "fail"],
    ["json", "[-0]", "[0]", "pass"],
    ["json", "{}", "[]", "fail"],
    ["json", "[".repeat(100_000) + "]".repeat(100_000), "[]", "fail"],
    ["json", "{}", "{", "error"],
    ["number", " 1.50\n", "1.5", "pass"],
    ["number", "1.0000000001", "1", "pass"],
    ["number", "1.00000001", "1", "fail"],
    ["number", "15e-1", "1.5", "pass"],
    ["number", "", "0", "fail"],
    ["number", "NaN", "0", "fail"],
    ["number", "0x10", "16", "fail"],
    ["number", "1", "one", "error"],
  ])("compares as %s: %j and %j: %s", async (as, found, truth, verdict) => {
    const at = desk();
    at.put("t/verify/truth", truth);
    at.leave("out", found);
    expect((await verify(at, { file: "out", equals: "truth", as })).verdict).toBe(verdict);
  });

  it("tells what was expected and what was found", async () => {
    const at = desk();
    at.put("t/verify/truth", "a\nb\nc");
    at.leave("out", "a\nx\nc");
    const { detail } = await verify(at, { file: "out", equals: "truth" });
    expect(detail).toBe('fail: out: expected line 2 to be "b", found "x"');
  });

  it("fails what is missing, no file, too large, or leads out; and is an error without a truth", async () => {
    const at = desk();
    at.put("t/verify/truth", "x");
    mkdirSync(join(at.workspace, "folder"));
    execFileSync("mkfifo", [join(at.workspace, "pipe")]);
    symlinkSync(join(at.suite, "t/verify/truth"), join(at.workspace, "copy"));
    symlinkSync(join(at.suite, "t/verify"), join(at.workspace, "all"));
    symlinkSync("copy", join(at.workspace, "twice"));
    truncateSync(at.leave("huge", ""), 3 * 1024 ** 3);
    for (const file of [
      "missing",
      "no/such/folder",
      "folder",
      "pipe",
      "copy",
      "twice",
      "all/truth",
      "huge",
    ]) {
      const { verdict } = await verify(at, { file, equals: "truth" });
      expect(`${file} ${verdict}`).toBe(`${file} fail`);
    }
    at.leave("out", "x");
    expect((await verify(at, { file: "out", equals: "none" })).verdict).toBe("error");
    const long = await verify(at, { file: "x/".repeat(200_000), equals: "truth" });
    expect(long).toMatchObject({ verdict: "fail", detail: expect.stringContaining("leads out") });
    symlinkSync("out", join(at.workspace, "inside"));
    expect((await verify(at, { file: "inside", equals: "truth" })).verdict).toBe("pass");
  });
});

describe("absent checks", () => {
  it("fails whatever has the name, links that lead nowhere included", async () => {
    const at = desk();
    symlinkSync("nowhere", join(at.workspace, "dangling"));
    symlinkSync("/", join(at.workspace, "root"));
    expect((await verify(at, { absent: "gone" })).verdict).toBe("pass");
    expect((await verify(at, { absent: "gone/too" })).verdict).toBe("pass");
    expect((await verify(at, { absent: "dangling" })).verdict).toBe("fail");
    expect((await verify(at, { absent: "root/no-such-file" })).verdict).toBe("fail");
  });
});

describe("command checks", () => {
  it("pass on exit 0 only, with the workspace, verify/ and node at hand", async () => {
    const at = desk();
    at.put(
      "t/verify/check.mjs",
      "import { readFileSync } from 'node:fs'; process.exit(readFileSync('/workspace/out', 'utf8') === '1' ? 0 : 1);",
    );
    at.leave("out", "1");
    const check = { command: ["node", "/verify/check.mjs"] };
    expect(await verify(at, check)).toMatchObject({ verdict: "pass" });
    at.leave("out", "2");
    expect(await verify(at, check)).toMatchObject({ verdict: "fail" });
  });

  it("cannot change the workspace, and see nothing of the host", async () => {
    const at = desk();
    at.put("t/verify/x", "");
    const command = [
      "sh",
      "-c",
      `touch /workspace/new /verify/new 2>/dev/null; ls ${dirname(at.suite)} 2>/dev/null; exit 0`,
    ];
    const { verdict, detail } = await verify(at, { command });
    expect(verdict).toBe("pass");
    expect(detail).not.toContain("chores\n");
    expect([existsSync(join(at.workspace, "new")), existsSync(join(at.suite, "t/verify/new"))]).toEqual([
      false,
      false,
    ]);
  });

  it.each([
    [["sh", "-c", "exit 1"], "fail"],
    [["sh", "-c", "exit 7"], "fail"],
    [["node", "-e", "throw new Error('no')"], "fail"],
    [["node", "-e", "JSON.parse('{')"], "fail"],
    [["sh", "-c", "kill -SEGV $$"], "error"],
    [["no-such-command"], "error"],
    [["node", "/verify/missing.mjs"], "error"],
    [["node", "/verify/broken.mjs"], "error"],
    [["node", "/verify/needs.mjs"], "error"],
    [["node", "/verify/loads.mjs"], "fail"],
    [["node", "/verify/requires.cjs"], "fail"],
  ])("%j is %s", async (command, verdict) => {
    const at = desk();
    at.put("t/verify/broken.mjs", "import {");
    at.put("t/verify/needs.mjs", "import 'no-such-package';");
    at.put("t/verify/loads.mjs", "import '/workspace/made.mjs';");
    at.put("t/verify/requires.cjs", "require('/workspace/made.cjs');");
    at.leave("made.mjs", "export const answer = = 42;");
    at.leave("made.cjs", "const answer = = 42;");
    expect((await verify(at, { command })).verdict).toBe(verdict);
  });

  describe("links that the run left", () => {
    /** Compares as a verifier would: the files by their paths. */
    const check = { command: ["node", "/verify/check.mjs"] };
    const graded = (): Desk => {
      const at = desk();
      at.put("t/verify/expected.txt", "the truth");
      at.put(
        "t/verify/check.mjs",
        "import { readFileSync as read } from 'node:fs';" +
          "const found = read('/workspace/answer.txt', 'utf8'), expected = read('/verify/expected.txt', 'utf8');" +
          "process.exit(found === expected ? 0 : 1);",
      );
      return at;
    };

    it.each([
      ["the truth itself", { "answer.txt": "/verify/expected.txt" }, "answer.txt"],
      ["up and out", { "answer.txt": "../verify/expected.txt" }, "answer.txt"],
      ["through a folder", { door: "/verify", "answer.txt": "door/expected.txt" }, "(?:door|answer.txt)"],
      [
        "up through a link",
        { here: ".", "answer.txt": "/workspace/here/../verify/expected.txt" },
        "answer.txt",
      ],
      ["by way of /proc", { "answer.txt": "/proc/self/root/verify/expected.txt" }, "answer.txt"],
      ["by a detour", { "answer.txt": "/workspace/../verify/expected.txt" }, "answer.txt"],
      ["a name that begins like it", { "answer.txt": "/workspace2" }, "answer.txt"],
      ["a circle", { "answer.txt": "answer.txt" }, "answer.txt"],
    ])("fail when they lead out: %s", async (_, links: Record<string, string>, named) => {
      const at = graded();
      for (const [name, target] of Object.entries(links)) symlinkSync(target, join(at.workspace, name));
      const { verdict, detail } = await verify(at, check);
      expect(verdict).toBe("fail");
      expect(detail).toMatch(new RegExp(`was not run: the link ${named} leads out of the workspace, to `));
    });

    it("are good when they stay inside, and when there is nothing behind them", async () => {
      const at = graded();
      at.leave("deep/real.txt", "the truth");
      symlinkSync("deep", join(at.workspace, "folder"));
      symlinkSync("/workspace/folder/../deep/real.txt", join(at.workspace, "answer.txt"));
      symlinkSync("../folder/real.txt", join(at.workspace, "deep/back"));
      symlinkSync("nowhere/at/all", join(at.workspace, "dangling"));
      expect(await verify(at, check)).toMatchObject({ verdict: "pass" });
      at.leave("deep/real.txt", "a guess");
      expect(await verify(at, check)).toMatchObject({ verdict: "fail" });
    });

    it("fail what cannot be searched", async () => {
      const at = graded();
      mkdirSync(join(at.workspace, "d/".repeat(210)), { recursive: true });
      const { verdict, detail } = await verify(at, check);
      expect(verdict).toBe("fail");
      expect(detail).toMatch(/cannot be searched for links/);
    });
  });

  it("are an error when the verifier is stopped", async () => {
    const at = desk();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const task = taskOf(at, { verify: [{ command: ["sleep", "60"] }] });
    const { verdict } = await verifyTask({
      task,
      workspace: at.workspace,
      sandbox: await detectSandbox(),
      signal: controller.signal,
    });
    expect(verdict).toBe("error");
  });
});

describe("verifyTask", () => {
  it("makes every check; error wins over fail, fail over pass", async () => {
    const at = desk();
    writeFileSync(join(at.workspace, "out"), "1");
    at.put("t/verify/one", "1");
    at.put("t/verify/two", "2");
    const pass = { file: "out", equals: "one" };
    const fail = { file: "out", equals: "two" };
    const error = { file: "out", equals: "none" };
    expect((await verify(at, pass, pass)).verdict).toBe("pass");
    expect((await verify(at, pass, fail)).verdict).toBe("fail");
    const { verdict, detail } = await verify(at, error, fail, pass);
    expect(verdict).toBe("error");
    expect(detail.split("\n").map((line) => line.split(":")[0])).toEqual(["error", "fail", "pass"]);
  });
});
