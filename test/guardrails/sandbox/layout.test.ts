/** Machines laid out differently: mounts below the system's folders, programs that are links. */
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { findInnerTool, findTool } from "../../../guardrails/sandbox/tools.ts";
import { folderIn, privateFolder, tiers } from "./tiers.ts";

const inner = join(import.meta.dirname, "inner.ts");
const asRoot = process.getuid?.() === 0;

describe.each(tiers)("layouts under $tier", ({ tier }) => {
  it.skipIf(!asRoot)("shows what is mounted below /usr, none of it writable", () => {
    const workspace = privateFolder();
    folderIn(workspace, "volume");
    const mounts = `set -eu; cd /usr/local/share
      mkdir -p ${workspace}/host && mount -t tmpfs host ${workspace}/host && cd ${workspace}/host && mkdir old new
      mount --bind old /usr/local/share; mkdir /usr/local/share/covered; mount -t tmpfs covered /usr/local/share/covered
      mount --bind new /usr/local/share; cd /usr/local/share; mkdir deep lost 'with space'; echo text > file; : > bound
      mount -t tmpfs deep deep; mkdir deep/er; mount -t tmpfs deeper deep/er; echo down > deep/er/file
      mount --bind file bound; mount -t tmpfs space 'with space'; mount -t tmpfs lost lost; mount --make-unbindable lost
      mount --bind /dev/null /usr/bin/true; mount -t tmpfs volume ${workspace}/volume; mount -t tmpfs sealed -o ro ${workspace}/host; cd /`;
    const script = `cd /usr/local/share; cat bound deep/er/file
      for p in . deep deep/er 'with space' lost; do { echo x > "$p/mark"; } 2>/dev/null && echo "wrote $p"; done
      for p in file bound deep/er/file /usr/bin/true; do { echo x > $p; } 2>/dev/null && echo "wrote $p"; done
      { echo x > /workspace/host/mark; } 2>/dev/null && echo "wrote host"
      echo kept > /workspace/volume/mark && cat /workspace/volume/mark
      perl -ane '$last{$F[4]} = $F[5]; END { $last{$_} =~ /^rw/ and -e and !m{^/(dev|proc|tmp)} and print "writable $_\\n" for sort keys %last }' /proc/self/mountinfo; echo ran`;
    const { stdout, stderr, status } = spawnSync(
      "unshare",
      ["--mount", "sh", "-c", `${mounts}; exec "$@"`, "sh", ...confine(tier, workspace, script)],
      { encoding: "utf8" },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const report = JSON.parse(stdout) as { stdout: string; stderr: string };
    expect(report).toMatchObject({ stderr: "" });
    expect(report.stdout).toBe("text\ndown\nkept\nwritable /workspace\nwritable /workspace/volume\nran\n");
  });

  it("works where PATH holds nothing but links", () => {
    const workspace = privateFolder();
    const links = privateFolder();
    chmodSync(links, 0o755);
    for (const name of ["bwrap", "unshare", "setpriv", "prlimit", "mount", "umount", "pivot_root"]) {
      const path = findTool(name);
      if (path !== undefined) symlinkSync(path, join(links, name));
    }
    const [node = "", ...args] = confine(tier, workspace, "echo ran > file");
    const { stderr, status } = spawnSync(node, args, { encoding: "utf8", env: { PATH: links } });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    expect(readFileSync(join(workspace, "file"), "utf8")).toBe("ran\n");
  });
});

describe("programs that run inside", () => {
  afterEach(() => void vi.unstubAllEnvs());

  it("are found at a path that exists there", () => {
    const folder = privateFolder();
    symlinkSync(findInnerTool("perl") ?? "", join(folder, "perl"));
    vi.stubEnv("PATH", folder);
    expect(findTool("perl")).toBe(join(folder, "perl"));
    expect(findInnerTool("perl")).toMatch(/^\/usr\/.*\/perl$/);
  });

  it("are taken from the system where PATH has a file of its own", () => {
    const folder = privateFolder();
    writeFileSync(join(folder, "perl"), "#!/bin/sh\n", { mode: 0o755 });
    vi.stubEnv("PATH", folder);
    expect(findInnerTool("perl")).toMatch(/^\/usr\/.*\/perl$/);
  });

  it("keep their name, by which a multi-call binary tells what to do", () => {
    const folder = privateFolder();
    const real = findInnerTool("perl") ?? "";
    symlinkSync(real, join(folder, "applet"));
    vi.stubEnv("PATH", folder);
    expect(findTool("applet")).toBe(join(folder, "applet"));
    expect(findInnerTool("applet")).toBeUndefined();
  });

  it("survive a loop of links", () => {
    const folder = privateFolder();
    symlinkSync("loop", join(folder, "loop"));
    vi.stubEnv("PATH", folder);
    expect(findInnerTool("loop")).toBeUndefined();
  });
});

function confine(tier: string, workspace: string, script: string): string[] {
  return [process.execPath, "--no-warnings", inner, tier, workspace, script];
}
