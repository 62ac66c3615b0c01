/** Attacks on other processes, on the network, on the namespaces themselves. */
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { Server } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { runSandboxed } from "../../../guardrails/sandbox/run.ts";
import { bash, perl, privateFolder, specOf, tiers } from "./tiers.ts";

/** Numbers of x86_64, for raw calls: the attacks go past libc. */
const CALLS = {
  ptrace: 101,
  mount: 165,
  umount2: 166,
  unshare: 272,
  setns: 308,
  keyctl: 250,
  bpf: 321,
  memfd: 319,
  iouring: 425,
};

describe.each(tiers)("processes under $tier", ({ sandbox }) => {
  it("shows no process but its own", async () => {
    const marker = `ratchet-marker-${process.pid}`;
    const child = spawn("/bin/sleep", ["300"], { argv0: marker, env: { SECRET: marker } });
    onTestFinished(() => void child.kill("SIGKILL"));
    const { stdout } = await bash(
      sandbox,
      `grep -alr "${marker.slice(0, 8)}""${marker.slice(8)}" /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null
       for p in /proc/[0-9]*; do n=$((n+1)); done; [ $n -lt 8 ] && echo few; [ -d /proc/${process.pid} ] && [ ${process.pid} -gt 100 ] && echo seen
       tr '\\0' '\\n' < /proc/1/environ 2>/dev/null | grep -vE '^(PATH|PWD|HOME|LANG)=' ; [ -r /proc/self/environ ] && echo control`,
    );
    expect(stdout).toBe("few\ncontrol\nran\n");
  });

  it("cannot signal a process of the host", async () => {
    const child = spawn("/bin/sleep", ["300"]);
    onTestFinished(() => void child.kill("SIGKILL"));
    const { stdout } = await bash(
      sandbox,
      `for p in ${child.pid} ${process.pid} ${process.ppid}; do [ -d /proc/$p ] || kill -9 $p 2>/dev/null && echo "hit $p"; done
       sleep 5 & kill -9 $! && echo control; kill -9 -1 2>/dev/null; echo after`,
    );
    // The last one killed the script itself at most.
    expect(stdout).toMatch(/^control\n/);
    expect(stdout).not.toContain("hit");
    expect(child.exitCode ?? child.signalCode).toBeNull();
  });

  it("reaches no socket of the host", async () => {
    const folder = privateFolder();
    const tcp = await listen(createServer(), { port: 0, host: "127.0.0.1" });
    const path = join(folder, "socket");
    const unix = await listen(createServer(), { path });
    const abstract = `ratchet-${process.pid}-${Math.trunc(performance.now())}`;
    const hidden = await listen(createServer(), { path: `\0${abstract}` });
    let connections = 0;
    for (const server of [tcp, unix, hidden]) server.on("connection", () => connections++);
    const { port } = tcp.address() as { port: number };
    const { stdout } = await perl(
      sandbox,
      `use Socket; sub try { my ($n, $f, $a) = @_; socket(my $s, $f, SOCK_STREAM, 0) or print "no $n\\n"; connect($s, $a) and print "reached $n\\n"; }
       try("tcp", AF_INET, pack_sockaddr_in(${port}, inet_aton("127.0.0.1"))); try("unix", AF_UNIX, pack_sockaddr_un("${path}"));
       try("abstract", AF_UNIX, pack_sockaddr_un("\\0${abstract}")); try("out", AF_INET, pack_sockaddr_in(53, inet_aton("1.1.1.1")));
       socket(my $l, AF_INET, SOCK_STREAM, 0); bind($l, pack_sockaddr_in(0, INADDR_LOOPBACK)); listen($l, 1); try("own", AF_INET, getsockname($l))`,
    );
    expect(stdout).toBe("reached own\nran\n");
    expect(connections).toBe(0);
  });

  it("passes exactly the given environment", async () => {
    process.env["RATCHET_LEAK"] = "hunter2";
    onTestFinished(() => void delete process.env["RATCHET_LEAK"]);
    const spec = specOf(["/usr/bin/env", "-0"]);
    const env = { A: "1", "dotted.name": "two words", EMPTY: "", QUOTE: `'"$(id)\n\\`, UNICODE: "日本" };
    const { stdout } = await runSandboxed(sandbox, { ...spec, env: () => env });
    const seen = Object.fromEntries(
      stdout
        .split("\0")
        .filter(Boolean)
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    expect({ ...seen, PWD: "/tmp" }).toEqual({ ...env, PWD: "/tmp" });
  });

  it("passes arguments and standard input as they are", async () => {
    const args = ["", "-x", "two words", "$(id) `id` 'a' \"b\"", "new\nline", "日本", "a=b", "--"];
    const { stdout } = await runSandboxed(
      sandbox,
      specOf(["/bin/sh", "-c", `printf '%s\\0' "$@"; cat`, "sh", ...args], { stdin: "from\0stdin" }),
    );
    expect(stdout).toBe(`${args.join("\0")}\0from\0stdin`);
  });

  it("inherits no descriptor of ours, not even one that others left open", async () => {
    const secret = join(privateFolder(), "secret");
    writeFileSync(secret, "hunter2");
    const fd = openSync(secret, "r");
    onTestFinished(() => closeSync(fd));
    const { stdout } = await bash(
      sandbox,
      `ls /proc/self/fd; for fd in /proc/self/fd/*; do grep -s hunter2 $fd < /dev/null; done; for fd in /proc/self/fd/*; do readlink $fd; done | grep ratchet-test || echo none`,
    );
    const [, ...others] = stdout.split("\n").filter((line) => /^\d+$/.test(line) && Number(line) > 2);
    for (const other of others) expect(await read(sandbox, other)).toBe("");
    expect(stdout).toMatch(/none\nran\n$/);
  });

  it("holds no capability and gains none", async () => {
    const { stdout } = await bash(
      sandbox,
      `grep -E '^(CapInh|CapPrm|CapEff|CapAmb|NoNewPrivs)' /proc/self/status | tr -d '\\t'; id -u; id -g
       find /usr/bin -perm -4000 -newermt 1970-01-01 2>/dev/null | head -1 | grep -q . && echo "control: set-uid programs exist"
       for p in su passwd mount; do command -v $p >/dev/null && $p --version >/dev/null 2>&1; done; grep nosuid /proc/mounts | grep -c ' /usr '`,
    );
    const zero = "0000000000000000";
    expect(stdout).toContain(
      `CapInh:${zero}\nCapPrm:${zero}\nCapEff:${zero}\nCapAmb:${zero}\nNoNewPrivs:1\n`,
    );
    expect(stdout).not.toMatch(/^0$/m);
    expect(stdout).toMatch(/1\nran\n$/);
  });

  it("cannot remount, mount, unmount or enter another namespace", async () => {
    const { stdout } = await bash(
      sandbox,
      `mount -o remount,rw / 2>/dev/null && echo remount; mount -o remount,bind,rw /usr 2>/dev/null && echo rebind
       mount -t tmpfs none /tmp 2>/dev/null && echo mount; mount --bind /usr /tmp 2>/dev/null && echo bind; umount -l /proc 2>/dev/null && echo umount
       unshare --user --map-root-user true 2>/dev/null && echo user; unshare --mount true 2>/dev/null && echo mountns; unshare --net true 2>/dev/null && echo netns
       nsenter --target 1 --all true 2>/dev/null && echo nsenter; chroot / true 2>/dev/null && echo chroot
       hostname other 2>/dev/null && echo hostname; command -v mount unshare nsenter chroot >/dev/null && echo control`,
    );
    expect(stdout).toBe("control\nran\n");
  });

  it.skipIf(process.arch !== "x64")("is refused the same by raw system calls", async () => {
    const { stdout } = await perl(
      sandbox,
      `my $z = "\\0" x 128; sub try { my ($n, $nr, @a) = @_; my $r = syscall($nr, @a); print "$n\\n" if $r == 0 || $r > 0; }
       try("remount", ${CALLS.mount}, "none", "/", 0, 32|4096, 0); try("umount", ${CALLS.umount2}, "/tmp", 2);
       try("newuser", ${CALLS.unshare}, 0x10000000); try("newns", ${CALLS.unshare}, 0x20000); try("clone", 56, 0x10000000|17, 0, 0, 0, 0);
       open(N, "<", "/proc/1/ns/mnt") and try("setns", ${CALLS.setns}, fileno(N), 0);
       print "control\\n" if syscall(39) > 0`,
    );
    expect(stdout).toBe("control\nran\n");
  });

  it.skipIf(process.arch !== "x64")("filters what no namespace confines", async ({ skip }) => {
    const filtered = await bash(sandbox, "grep '^Seccomp:.2' /proc/self/status");
    if (sandbox.tier === "unshare" && filtered.stdout === "ran\n")
      skip("this machine's setpriv loads no filters");
    expect(filtered.stdout).toMatch(/2\nran\n$/);
    const { stdout } = await perl(
      sandbox,
      `my $z = "\\0" x 128; sub try { my ($n, $nr, @a) = @_; $! = 0; syscall($nr, @a); print "$n ", $!+0, "\\n"; }
       try("ptrace", ${CALLS.ptrace}, 0, 0, 0, 0); try("keyctl", ${CALLS.keyctl}, 0, -3, 1); try("bpf", ${CALLS.bpf}, 0, $z, 128);
       try("memfd", ${CALLS.memfd}, "x", 0); try("io_uring", ${CALLS.iouring}, 8, $z); try("netlink", 41, 16, 3, 0); try("unix", 41, 1, 1, 0);
       try("sti", 16, 0, 0x5412, "x"); try("sti high bits", 16, 0, 0x5412 | (1 << 32), "x"); try("clone3", 435, $z, 88);
       try("personality", 135, 0x0040000); try("query", 135, 0xffffffff)`,
    );
    expect(stdout.trim().split("\n")).toEqual(
      [
        "ptrace 1",
        "keyctl 1",
        "bpf 1",
        "memfd 38",
        "io_uring 38",
        "netlink 97",
        "unix 0",
        "sti 1",
        "sti high bits 1",
      ].concat(["clone3 38", "personality 1", "query 0", "ran"]),
    );
  });

  it("has no terminal to type into", async () => {
    const { stdout } = await perl(
      sandbox,
      `open(T, "+<", "/dev/tty") and print "opened\\n"; for my $fd (0..2) { my $c = "x"; syscall(16, $fd, 0x5412, $c) == 0 and print "typed\\n"; } -e "/dev/tty" and print "control\\n"`,
    );
    expect(stdout).toBe("control\nran\n");
  });

  it("leaves nothing behind, neither a survivor nor a file", async () => {
    const workspace = privateFolder();
    const mounts = [{ source: workspace, target: "/workspace", access: "write" }] as const;
    const script = `(setsid sh -c 'trap "" TERM HUP INT; exec >/dev/null 2>&1; touch started; while :; do sleep 0.05; date +%N > alive; done' &) ; while [ ! -e alive ]; do sleep 0.02; done`;
    const { exit, stdout } = await bash(sandbox, script, { mounts });
    expect({ exit, stdout }).toEqual({ exit: { kind: "exited", code: 0 }, stdout: "ran\n" });
    await expectStill(join(workspace, "alive"));
  });

  it("outlives neither a timeout nor an abort, whatever it ignores", async () => {
    const workspace = privateFolder();
    const mounts = [{ source: workspace, target: "/workspace", access: "write" }] as const;
    const stubborn = `trap '' TERM HUP INT QUIT; (setsid sh -c 'trap "" TERM; while :; do date +%N > alive; sleep 0.05; done' &) ; while :; do sleep 1; done`;
    const late = await bash(sandbox, stubborn, { mounts, limits: { wallMs: 1500 } });
    expect(late.exit).toEqual({ kind: "timeout", ms: 1500 });
    await expectStill(join(workspace, "alive"));
    const controller = new AbortController();
    const running = bash(sandbox, stubborn, { mounts, signal: controller.signal });
    setTimeout(() => controller.abort(), 700);
    expect((await running).exit).toEqual({ kind: "aborted" });
    await expectStill(join(workspace, "alive"));
  });

  it("can be killed at any moment of its start", async () => {
    for (let ms = 0; ms < 24; ms += 2) {
      const child = sandbox.spawn(specOf(["/bin/sleep", "300"]));
      setTimeout(() => child.kill(), ms);
      expect(await child.exit).toEqual({ kind: "signaled", signal: "SIGKILL" });
      child.kill();
    }
    const { stdout } = await bash(sandbox, "echo again");
    expect(stdout).toBe("again\nran\n");
  });

  it("starts nothing for a signal that was aborted before", async () => {
    const folder = privateFolder();
    const { exit } = await bash(sandbox, "touch mark", {
      mounts: [{ source: folder, target: "/w", access: "write" }],
      signal: AbortSignal.abort(),
    });
    expect(exit).toEqual({ kind: "aborted" });
    expect(existsSync(join(folder, "mark"))).toBe(false);
  });
});

async function read(sandbox: (typeof tiers)[number]["sandbox"], fd: string): Promise<string> {
  return (
    await runSandboxed(
      sandbox,
      specOf(["/bin/sh", "-c", `[ -e /proc/self/fd/${fd} ] && cat /proc/self/fd/${fd} 2>/dev/null; :`]),
    )
  ).stdout;
}

/** The survivor would have written again. */
async function expectStill(path: string): Promise<void> {
  const before = readFileSync(path, "utf8");
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(readFileSync(path, "utf8")).toBe(before);
}

function listen(server: Server, where: { port: number; host: string } | { path: string }): Promise<Server> {
  onTestFinished(() => void server.close());
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => resolve(server));
  });
}
