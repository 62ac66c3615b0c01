import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bench } from "./support.ts";

describe("bash", () => {
  it("runs in the workspace, with the skills and node, in the order of what was printed", async () => {
    const { call, put } = await bench();
    put("skills/a/hello.mjs", "console.log('hello', process.argv[2])");
    put("workspace/in.txt", "42");
    const result = await call("bash", {
      command: 'pwd; echo one >&2; cat in.txt; echo; node "$SKILLS/a/hello.mjs" x',
    });
    expect(result).toMatchObject({
      is_error: false,
      exit_code: 0,
      content: "/workspace\none\n42\nhello x\n",
    });
  });

  it("keeps what was written to the workspace and nothing else", async () => {
    const { call, workspace } = await bench();
    const first = await call("bash", { command: 'echo a > out; echo b > /tmp/b; echo c > "$SKILLS/c"' });
    expect(first).toMatchObject({ is_error: true, exit_code: 1 });
    expect(first.content).toContain("Read-only file system");
    expect(readFileSync(join(workspace, "out"), "utf8")).toBe("a\n");
    expect((await call("bash", { command: "ls /tmp" })).content).toBe("");
  });

  it("tells the exit code of a command that failed, after its output", async () => {
    const { call } = await bench();
    expect(await call("bash", { command: "echo no; exit 3" })).toEqual({
      content: "no\nexit code 3",
      is_error: true,
      failure: { kind: "failed" },
      exit_code: 3,
      total_bytes: 14,
    });
    expect((await call("bash", { command: "exit 4" })).content).toBe("exit code 4");
  });

  it("has git, which may commit without being told who it is, and keeps a repository's own author", async () => {
    const { call } = await bench();
    const commit = "git init -q . && echo a > f && git add f && git commit -qm first && git log --format=%an";
    expect((await call("bash", { command: commit })).content).toBe("agent\n");
    const again =
      "git config user.name Ada && git config user.email a@b && git commit -q --allow-empty -m x && git log -1 --format=%an";
    expect((await call("bash", { command: again })).content).toBe("Ada\n");
  });

  it("has no network", async () => {
    const { call } = await bench();
    const connect =
      "require('net').connect(80, '1.1.1.1').on('error', e => { console.log(e.code); }).on('connect', () => console.log('in'))";
    const { content } = await call("bash", { command: `node -e "${connect}"` });
    expect(content).toMatch(/ENETUNREACH|EACCES|EPERM/);
  });

  it("does not see the host's environment or files", async () => {
    const { call, base, put } = await bench();
    put("secret", "hidden");
    const { content } = await call("bash", {
      command: `env | cut -d= -f1; cat ${base}/secret 2>&1; ls /root 2>&1; true`,
    });
    expect(content.match(/No such file/g)).toHaveLength(2);
    expect(content).not.toContain("hidden");
    expect(content.match(/^(?!cat|ls|_|SHLVL|PWD|OLDPWD|GIT_|PAGER)\w+$/gm)?.toSorted()).toEqual([
      "HOME",
      "LANG",
      "PATH",
      "SKILLS",
    ]);
  });

  it("stops at its time limit, with what was printed before", async () => {
    const { call } = await bench();
    const result = await call("bash", { command: "echo started; sleep 60", timeout_seconds: 0.5 });
    expect(result).toMatchObject({ is_error: true, failure: { kind: "timeout" } });
    expect(result.content).toMatch(/^started\nstopped after 0.5 s/);
  });

  it("caps what is printed and tells the true size", async () => {
    const { call } = await bench();
    const result = await call("bash", {
      command: "echo first; head -c 1000000 /dev/zero | tr '\\0' x; echo; echo last",
    });
    expect(result.total_bytes).toBe(1_000_012);
    expect(Buffer.byteLength(result.content)).toBeLessThanOrEqual(256 * 1024);
    expect(result.content).toMatch(/^first\n[\s\S]*bytes left out[\s\S]*\nlast\n$/);
  });

  it("ends a command that never stops printing", async () => {
    const { call } = await bench();
    const result = await call("bash", { command: "yes" });
    expect(result.is_error).toBe(true);
    expect(result.content).toMatch(/printed more than \d+ bytes/);
  });

  it("gives text for any bytes", async () => {
    const { call } = await bench();
    const { content } = await call("bash", { command: "printf 'a\\377b\\0c'" });
    expect(content).toBe("a\uFFFDb\0c");
  });

  it.each([
    [{ command: "" }],
    [{ command: "  " }],
    [{ command: "a\0b" }],
    [{ command: "x".repeat(200_000) }],
    [{ command: "ls", timeout_seconds: 0 }],
  ])("refuses %j", async (input) => {
    expect((await (await bench()).call("bash", input)).failure).toEqual({ kind: "invalid_input" });
  });

  it("ends with the run", async () => {
    const controller = new AbortController();
    const { call } = await bench({ context: { signal: controller.signal } });
    const pending = call("bash", { command: "sleep 60" });
    setTimeout(() => controller.abort(), 100);
    expect((await pending).is_error).toBe(true);
  });

  it("reports a sandbox that cannot start", async () => {
    const { call, base } = await bench({ context: { workspace: "/nonexistent/workspace" } });
    mkdirSync(join(base, "x"));
    const result = await call("bash", { command: "true" });
    expect(result.is_error).toBe(true);
    expect(result.content).toMatch(/not started/);
    expect(existsSync("/nonexistent")).toBe(false);
  });
});
