/** Attacks on the host's files. Each is told apart from a script that never ran. */
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { bash, folderIn, perl, privateFolder, tiers } from "./tiers.ts";

const repository = resolve(import.meta.dirname, "../../..");
const asRoot = process.getuid?.() === 0;

describe.each(tiers)("files under $tier", ({ sandbox }) => {
  it("hides the system's secrets, homes and this repository", async () => {
    const outside = privateFolder();
    writeFileSync(join(outside, "secret"), "hunter2");
    const paths = [
      "/etc/shadow",
      "/root",
      "/home",
      "/etc/ssl/private",
      "/run",
      "/var",
      "/sys",
      repository,
      outside,
      `${outside}/secret`,
    ];
    const { stdout } = await bash(
      sandbox,
      `for p in ${paths.join(" ")}; do [ -e "$p" ] && echo "seen $p"; done; ls / >/dev/null && echo listed`,
    );
    expect(stdout).toBe("listed\nran\n");
  });

  it("refuses to mount what holds secrets, even when asked to", async () => {
    for (const source of ["/etc/shadow", "/etc", "/", "/root", "/proc", "/dev/null", "/run", "/tmp"]) {
      const { exit } = await bash(sandbox, "cat /secret", {
        mounts: [{ source, target: "/secret", access: "read" }],
        cwd: "/tmp",
      });
      expect(exit).toMatchObject({ kind: "not_started", reason: expect.stringContaining("never shown") });
    }
  });

  it("writes nowhere but in writable mounts and its own /tmp", async () => {
    const outside = privateFolder();
    const read = folderIn(outside, "read");
    writeFileSync(join(read, "kept"), "as it was");
    const script = `for p in / /usr /usr/bin /etc /dev /proc /read ${outside} /usr/local/etc; do echo x 2>/dev/null >"$p/mark" && echo "wrote $p"; done
      echo x 2>/dev/null >/read/kept && echo wrote kept; rm -f /read/kept 2>/dev/null && echo removed; chmod 777 /read/kept 2>/dev/null && echo chmod
      echo x >/tmp/mine && cat /tmp/mine`;
    const { stdout } = await bash(sandbox, script, {
      mounts: [{ source: read, target: "/read", access: "read" }],
    });
    expect(stdout).toBe("x\nran\n");
    expect(readFileSync(join(read, "kept"), "utf8")).toBe("as it was");
    expect(readdirSync(outside)).toEqual(["read"]);
    expect(existsSync("/tmp/mine")).toBe(false);
  });

  it("cannot change the host through procfs or device files", async () => {
    const before = statSync("/dev/null").mode;
    const { stdout } = await bash(
      sandbox,
      `for f in /proc/sys/kernel/core_pattern /proc/sys/vm/drop_caches /proc/sysrq-trigger /proc/self/oom_score_adj; do
         { echo 0 > $f; } 2>/dev/null && echo "wrote $f"; done
       for f in null zero full random urandom tty; do chmod 600 /dev/$f 2>/dev/null && echo "chmod $f"; done
       for fd in 0 1 2; do perl -e 'open(F, "<&=", shift); my @s = stat(F); chmod(0, *F) if $s[2] & 0020000 and print "a device\n"' $fd; done
       echo x > /dev/null && head -c 4 /dev/zero | od -An -tx1`,
    );
    expect(stdout).toBe(" 00 00 00 00\nran\n");
    expect(statSync("/dev/null").mode).toBe(before);
  });

  it("follows no symbolic link from a writable mount out of the sandbox", async () => {
    const outside = privateFolder();
    const workspace = folderIn(outside, "workspace");
    writeFileSync(join(outside, "secret"), "hunter2");
    symlinkSync("../secret", join(workspace, "relative"));
    symlinkSync(join(outside, "secret"), join(workspace, "absolute"));
    const mounts = [{ source: workspace, target: "/workspace", access: "write" }] as const;
    const { stdout } = await bash(
      sandbox,
      `cat relative absolute 2>/dev/null; ln -s /etc/shadow mine; cat mine 2>/dev/null; ln ${outside}/secret hard 2>/dev/null && echo linked
       echo y 2>/dev/null > absolute && echo written; ls`,
      { mounts },
    );
    expect(stdout).toBe("absolute\nmine\nrelative\nran\n");
    expect(readFileSync(join(outside, "secret"), "utf8")).toBe("hunter2");
  });

  it("refuses a mount whose source became a symbolic link, or covers one", async () => {
    const outside = privateFolder();
    const workspace = folderIn(outside, "workspace");
    symlinkSync("/usr", join(workspace, "link"));
    const linked = await bash(sandbox, "ls", {
      mounts: [{ source: join(workspace, "link"), target: "/w", access: "read" }],
    });
    expect(linked.exit).toMatchObject({
      kind: "not_started",
      reason: expect.stringContaining("symbolic link"),
    });
    const covered = await bash(sandbox, "ls", {
      mounts: [
        { source: workspace, target: "/w", access: "write" },
        { source: folderIn(outside, "other"), target: "/w/link", access: "read" },
      ],
    });
    expect(covered.exit).toMatchObject({
      kind: "not_started",
      reason: expect.stringContaining("symbolic links"),
    });
    expect(lstatSync(join(workspace, "link")).isSymbolicLink()).toBe(true);
  });

  it("does not make mount points in the caller's folder", async () => {
    const outside = privateFolder();
    const workspace = folderIn(outside, "workspace");
    const { exit } = await bash(sandbox, "ls", {
      mounts: [
        { source: workspace, target: "/w", access: "write" },
        { source: folderIn(outside, "other"), target: "/w/.git", access: "read" },
      ],
    });
    expect(exit.kind).toBe("not_started");
    expect(readdirSync(workspace)).toEqual([]);
  });

  it("lays a read-only folder over a writable one", async () => {
    const outside = privateFolder();
    const workspace = folderIn(outside, "workspace");
    mkdirSync(join(workspace, ".git"));
    const mounts = [
      { source: join(workspace, ".git"), target: "/w/.git", access: "read" },
      { source: workspace, target: "/w", access: "write" },
    ] as const;
    const { stdout } = await bash(
      sandbox,
      "echo x 2>/dev/null > .git/config && echo wrote; mv .git away 2>/dev/null && echo moved; echo y > ok; cat ok",
      { mounts, cwd: "/w" },
    );
    expect(stdout).toBe("y\nran\n");
    expect(readdirSync(join(workspace, ".git"))).toEqual([]);
  });

  it.each([
    "with space",
    `quo'te"s`,
    "new\nline",
    "-leading-dash",
    "tab\tand\\backslash",
    "ünïcödé-日本語-🎛",
    "#hash$dollar`tick",
    "comma,colon:=",
  ])("mounts a folder named %j", async (name) => {
    const folder = folderIn(privateFolder(), name);
    writeFileSync(join(folder, "in"), "read me");
    for (const target of ["/plain", `/${name}`, `/tmp/${name}`]) {
      const { stdout, exit, stderr } = await bash(sandbox, "cat ./in; echo; echo written > ./out", {
        mounts: [{ source: folder, target, access: "write" }],
      });
      expect({ stdout, exit, stderr }).toEqual({
        stdout: "read me\nran\n",
        exit: { kind: "exited", code: 0 },
        stderr: "",
      });
      expect(readFileSync(join(folder, "out"), "utf8")).toBe("written\n");
    }
  });

  it("keeps the workspace's owner, whoever that is", async () => {
    const { uid } = statSync(privateFolder());
    const owners = asRoot ? [uid, 4242] : [uid];
    for (const owner of owners) {
      const workspace = privateFolder();
      chownSync(workspace, owner, owner === uid ? statSync(workspace).gid : 4242);
      const { exit, stderr } = await bash(
        sandbox,
        "echo mine > file && mkdir folder && echo more > folder/file",
        {
          mounts: [{ source: workspace, target: "/workspace", access: "write" }],
        },
      );
      expect({ exit, stderr }).toEqual({ exit: { kind: "exited", code: 0 }, stderr: "" });
      for (const path of ["file", "folder", "folder/file"])
        expect(statSync(join(workspace, path)).uid).toBe(owner);
    }
  });

  it("leaves no set-user-id file behind", async ({ skip }) => {
    if (sandbox.tier === "unshare" && !(await filters(sandbox)))
      skip("this machine's setpriv loads no filters");
    const workspace = privateFolder();
    const { stdout } = await perl(
      sandbox,
      `system("cp /bin/true ./true"); chmod 04755, "true" and print "chmod\\n"; use Fcntl;
       sysopen(F, "born", O_CREAT|O_WRONLY, 06755) and print "open\\n"; mkdir("dir", 02755); chmod 0700, "true" and print "plain\\n"`,
      { mounts: [{ source: workspace, target: "/workspace", access: "write" }] },
    );
    expect(stdout).toBe("plain\nran\n");
    for (const name of readdirSync(workspace)) expect(statSync(join(workspace, name)).mode & 0o6000).toBe(0);
  });
});

async function filters(sandbox: (typeof tiers)[number]["sandbox"]): Promise<boolean> {
  return (await bash(sandbox, "grep '^Seccomp:' /proc/self/status")).stdout.includes("2");
}
