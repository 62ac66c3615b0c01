/** Attacks on the machine's resources. */
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { NODE_TARGET, nodeMount } from "../../../guardrails/sandbox/mounts.ts";
import { runSandboxed } from "../../../guardrails/sandbox/run.ts";
import type { Exit } from "../../../guardrails/sandbox/sandbox.ts";
import { bash, perl, privateFolder, specOf, tiers } from "./tiers.ts";

const MIB = 1024 * 1024;

describe.each(tiers)("limits under $tier", ({ sandbox }) => {
  const node = (script: string, limits: Parameters<typeof specOf>[1]) =>
    runSandboxed(
      sandbox,
      specOf([NODE_TARGET, "-e", script], { mounts: [nodeMount()], cwd: "/tmp", ...limits }),
    );

  it("stops a fork bomb", async () => {
    // Its processes sleep, to spare whoever runs this test; as many as they are, they fill any table.
    const { exit, stdout } = await perl(
      sandbox,
      `print "begun\n"; for (;;) { my $p = fork; defined $p or die "bounded"; $p or sleep 60 }`,
      {
        limits: { processes: 60, wallMs: 20_000 },
      },
    );
    expect(stdout).toBe("begun\n");
    // Root is stopped by the watch, everybody else by RLIMIT_NPROC.
    expect(exit.kind).toBe(process.getuid?.() === 0 ? "signaled" : "exited");
    const after = await bash(sandbox, "echo fine");
    expect(after.stdout).toBe("fine\nran\n");
  });

  it("adds no words of the launcher to those of a command that is killed", async () => {
    const { exit, stdout, stderr } = await bash(sandbox, "echo out; echo err >&2; sleep 60", {
      limits: { wallMs: 500 },
    });
    expect({ exit, stdout, stderr }).toEqual({
      exit: { kind: "timeout", ms: 500 },
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  it("stops a process that fills the heap or hoards Buffers", async () => {
    for (const script of [
      "const all = []; console.log('begun'); for (;;) all.push(Buffer.alloc(8 << 20, 1))",
      "const all = []; console.log('begun'); setInterval(() => all.push(Buffer.alloc(16 << 20, 1)), 5)",
    ]) {
      const { exit, stdout } = await node(script, { limits: { memoryBytes: 200 * MIB } });
      expect(stdout).toBe("begun\n");
      expect(overMemory(exit)).toBe(true);
    }
  });

  it("adds up the memory of many small processes", async () => {
    const hog = `perl -e '$x = "x" x (40 << 20); sleep 60' &`;
    const { exit, stdout } = await bash(
      sandbox,
      `echo begun; for i in 1 2 3 4 5 6 7 8; do ${hog} done; wait`,
      {
        limits: { memoryBytes: 200 * MIB },
      },
    );
    expect(stdout).toBe("begun\n");
    expect(exit).toMatchObject({ kind: "memory" });
  });

  it("counts memory that processes share once", async () => {
    const script = `$x = "x" x (60 << 20); print "held\\n"; for (1..6) { if (!fork) { sleep 2; exit } } 1 while wait > 0`;
    const { exit, stdout } = await perl(sandbox, script, { limits: { memoryBytes: 200 * MIB } });
    expect({ exit, stdout }).toEqual({ exit: { kind: "exited", code: 0 }, stdout: "held\nran\n" });
  });

  it("bounds /tmp, /dev/shm and the size of a file", async () => {
    const folder = privateFolder();
    const { stdout } = await bash(
      sandbox,
      `for d in /tmp /dev/shm; do (for i in 1 2 3 4 5 6 7 8 9; do head -c 40M /dev/zero > $d/$i || exit 1; done) 2>/dev/null && echo "filled $d"; done
       du -sm /tmp /dev/shm | awk '{ print ($1 <= 129) }'; rm -f /tmp/* /dev/shm/*
       (head -c 20M /dev/zero > big) 2>/dev/null; stat -c %s big`,
      {
        mounts: [{ source: folder, target: "/w", access: "write" }],
        limits: { fileBytes: 16 * MIB, memoryBytes: 1024 * MIB },
      },
    );
    expect(stdout).toBe(`1\n1\n${16 * MIB}\nran\n`);
  });

  it("stops a flood of output and keeps what came before", async () => {
    const { exit, stdout, stderr } = await bash(sandbox, "yes flood & yes flood >&2", {
      limits: { outputBytes: 100_000 },
    });
    expect(exit.kind).toBe("output");
    expect(Buffer.byteLength(stdout) + Buffer.byteLength(stderr)).toBe(100_000);
    expect(stdout + stderr).toContain("flood");
  });

  it("stops what burns processor time, and says so", async () => {
    const { exit } = await bash(sandbox, "while :; do :; done", { limits: { cpuSeconds: 1 } });
    expect(exit).toEqual({ kind: "signaled", signal: "SIGXCPU" });
  });

  it("bounds open files", async () => {
    const { stdout } = await perl(
      sandbox,
      `my @f; while (open(my $f, "<", "/dev/null")) { push @f, $f } print scalar(@f) < 64, "\\n"`,
      { limits: { openFiles: 64 } },
    );
    expect(stdout).toBe("1\nran\n");
  });

  it("cannot raise its own limits", async () => {
    const { stdout } = await bash(
      sandbox,
      `for l in d f n u; do ulimit -H -$l unlimited 2>/dev/null && echo "raised $l"; done; ulimit -n 10 && echo control`,
    );
    expect(stdout).toBe("control\nran\n");
  });

  it.each([
    [{ memoryBytes: 0 }, "memoryBytes"],
    [{ wallMs: Number.NaN }, "wallMs"],
    [{ processes: -1 }, "processes"],
    [{ fileBytes: 1.5 }, "fileBytes"],
  ])("refuses the limit %j", async (limits, name) => {
    const { exit } = await bash(sandbox, "true", { limits });
    expect(exit).toMatchObject({ kind: "not_started", reason: expect.stringContaining(name) });
  });

  it("keeps its own files out of the host's /tmp", async () => {
    const { stdout } = await bash(sandbox, "echo x > /tmp/ratchet-own && ls /tmp");
    expect(stdout).toBe("ratchet-own\nran\n");
    expect(existsSync("/tmp/ratchet-own")).toBe(false);
  });
});

/** RLIMIT_DATA may come first: node then dies of its own accord. */
function overMemory(exit: Exit): boolean {
  return exit.kind === "memory" || (exit.kind === "signaled" && exit.signal !== "SIGKILL");
}
