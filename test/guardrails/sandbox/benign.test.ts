/** What has to work inside. */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { harnessLimits } from "../../../guardrails/sandbox/defaults.ts";
import { NODE_TARGET, insidePath, nodeMount } from "../../../guardrails/sandbox/mounts.ts";
import { runSandboxed } from "../../../guardrails/sandbox/run.ts";
import { bash, folderIn, privateFolder, specOf, tiers } from "./tiers.ts";

describe.each(tiers)("ordinary work under $tier", ({ sandbox }) => {
  it("runs a TypeScript module that talks over descriptor 3", async () => {
    const harness = privateFolder();
    writeFileSync(join(harness, "package.json"), `{ "type": "module" }`);
    writeFileSync(
      join(harness, "answer.ts"),
      `export const answer = (question: string): string => question.toUpperCase();\n`,
    );
    writeFileSync(
      join(harness, "main.ts"),
      `import { Socket } from "node:net"; import { createInterface } from "node:readline"; import { answer } from "./answer.ts";
       const kernel = new Socket({ fd: 3, readable: true, writable: true });
       for await (const line of createInterface({ input: kernel })) { kernel.write(answer(line) + "\\n"); if (line === "end") break; }
       kernel.end(); console.log("bye");`,
    );
    const child = sandbox.spawn({
      argv: (at) => [at(NODE_TARGET), "--no-warnings", at("/harness/main.ts")],
      env: (at) => ({ PATH: insidePath(at), HOME: "/tmp" }),
      cwd: "/harness",
      mounts: [nodeMount(), { source: harness, target: "/harness", access: "read" }],
      limits: harnessLimits(30_000),
      channel: true,
    });
    const { channel } = child;
    if (channel === undefined) throw new Error("no channel");
    const answers: string[] = [];
    channel.write("héllo\n");
    for await (const line of createInterface({ input: channel })) {
      answers.push(line);
      if (answers.length === 1) channel.write(`${"x".repeat(200_000)}\n`);
      if (answers.length === 2) channel.write("end\n");
    }
    expect(await child.exit).toEqual({ kind: "exited", code: 0 });
    expect(answers).toEqual(["HÉLLO", "X".repeat(200_000), "END"]);
    expect((await child.stdout.toArray()).join("")).toBe("bye\n");
  });

  it("runs git and the usual tools in a writable workspace", async () => {
    const workspace = folderIn(privateFolder(), "my work");
    const { stdout, stderr, exit } = await bash(
      sandbox,
      `git init -q . && git config user.name n && git config user.email e@x && printf 'b\\na\\n' | sort > list && git add . && git commit -qm first
       git log --format=%s; awk '{ n++ } END { print n }' list; head -1 list; mkfifo p && (echo fifo > p &) && cat p
       diff <(echo 1) <(echo 1) && echo same; whoami >/dev/null && python3 -c 'import ssl, socket; socket.create_server(("localhost", 0)); print("python")' 2>&1`,
      { mounts: [{ source: workspace, target: "/workspace", access: "write" }] },
    );
    expect({ stdout, stderr, exit }).toEqual({
      stdout: "first\n2\na\nfifo\nsame\npython\nran\n",
      stderr: "",
      exit: { kind: "exited", code: 0 },
    });
    expect(readFileSync(join(workspace, "list"), "utf8")).toBe("a\nb\n");
    expect(statSync(join(workspace, "list")).uid).toBe(process.getuid?.());
    expect(existsSync(join(workspace, ".git", "HEAD"))).toBe(true);
  });

  it("runs node with workers, fetch, WebAssembly and child processes", async () => {
    const script = `
      const { Worker } = require("node:worker_threads"); const { execFileSync } = require("node:child_process"); const http = require("node:http");
      const server = http.createServer((_, reply) => reply.end("served")).listen(0, "127.0.0.1", async () => {
        const text = await (await fetch("http://127.0.0.1:" + server.address().port)).text(); server.close();
        await new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])));
        await new Promise((done) => new Worker("", { eval: true }).on("exit", done));
        console.log(text, execFileSync("/bin/echo", ["child"]).toString().trim(), require("node:os").userInfo().username !== "", require("node:os").totalmem() > 0);
      });`;
    const { stdout, stderr } = await runSandboxed(
      sandbox,
      specOf([NODE_TARGET, "-e", script], { mounts: [nodeMount()], cwd: "/tmp" }),
    );
    expect({ stdout, stderr }).toEqual({ stdout: "served child true true\n", stderr: "" });
  });

  it("tells how a command ended", async () => {
    const ends = ["exit 0", "exit 7", "kill -9 $$", "kill -TERM $$", "kill -SEGV $$", "exit 129"];
    const exits = await Promise.all(ends.map(async (script) => (await bash(sandbox, script)).exit));
    expect(exits).toEqual([
      { kind: "exited", code: 0 },
      { kind: "exited", code: 7 },
      { kind: "signaled", signal: "SIGKILL" },
      { kind: "signaled", signal: "SIGTERM" },
      { kind: "signaled", signal: "SIGSEGV" },
      { kind: "exited", code: 129 },
    ]);
    const absent = await runSandboxed(sandbox, specOf(["/no/such/command"]));
    expect(absent.exit).toEqual({ kind: "exited", code: 127 });
    expect(absent.stderr).toContain("/no/such/command");
  });

  it("ends although nobody listens, and hands out what was written afterwards", async () => {
    const child = sandbox.spawn(specOf(["/bin/sh", "-c", "head -c 3000000 /dev/zero; echo error >&2"]));
    expect(await child.exit).toEqual({ kind: "exited", code: 0 });
    expect(Buffer.concat(await child.stdout.toArray()).length).toBe(3_000_000);
    expect(Buffer.concat(await child.stderr.toArray()).toString()).toBe("error\n");
  });

  it.each([
    ["an empty command", { argv: () => [] }, "empty"],
    ["a NUL in an argument", { argv: () => ["/bin/echo", "a\0b"] }, "NUL"],
    ["an impossible variable", { env: () => ({ "A=B": "c" }) }, "A=B"],
    ["a working folder outside", { cwd: "/usr" }, "lies in no mount"],
    [
      "a source that does not exist",
      { mounts: [{ source: "/no/such", target: "/w", access: "read" as const }] },
      "does not exist",
    ],
    [
      "a target of the system",
      { mounts: [{ source: import.meta.dirname, target: "/usr/x", access: "read" as const }] },
      "belongs to the sandbox",
    ],
    [
      "an unclean target",
      { mounts: [{ source: import.meta.dirname, target: "/w/../etc", access: "read" as const }] },
      "normalised",
    ],
  ])("does not start with %s", async (_, changes, reason) => {
    const { exit, stdout } = await runSandboxed(sandbox, { ...specOf(["/bin/true"]), ...changes });
    expect(exit).toMatchObject({ kind: "not_started", reason: expect.stringContaining(reason) });
    expect(stdout).toBe("");
  });

  it("runs many at once", async () => {
    const all = await Promise.all(Array.from({ length: 12 }, (_, index) => bash(sandbox, `echo ${index}`)));
    expect(all.map(({ stdout }) => stdout)).toEqual(all.map((_, index) => `${index}\nran\n`));
  });
});
