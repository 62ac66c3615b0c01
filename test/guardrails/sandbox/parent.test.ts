/** Our own process: its death, and its being another user's. */
import { spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually, privateFolder, tiers } from "./tiers.ts";

const inner = join(import.meta.dirname, "inner.ts");
const NOBODY = 65534;

describe.each(tiers)("our own process and $tier", ({ tier }) => {
  it("takes the tree with it when it is killed", async () => {
    const workspace = privateFolder();
    const script = `trap '' TERM HUP; (setsid sh -c 'trap "" TERM HUP; exec > /dev/null 2>&1; while :; do date +%N > alive; sleep 0.05; done' &); sleep 300`;
    const parent = spawn(process.execPath, ["--no-warnings", inner, tier, workspace, script], {
      stdio: "ignore",
    });
    onTestFinished(() => void parent.kill("SIGKILL"));
    const alive = join(workspace, "alive");
    await eventually(() => existsSync(alive) && readFileSync(alive, "utf8") !== "");
    parent.kill("SIGKILL");
    await new Promise((resolve) => parent.once("exit", resolve));
    let last = "";
    // The file no longer changes from one look to a later one.
    await eventually(() => {
      const now = readFileSync(alive, "utf8");
      const same = now === last;
      last = now;
      return same;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(readFileSync(alive, "utf8")).toBe(last);
    expect(processesIn(workspace)).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)("confines for a user without privileges", () => {
    const workspace = privateFolder();
    chownSync(workspace, NOBODY, NOBODY);
    const script = `echo mine > file; cat /etc/shadow 2>/dev/null; ls /work /root 2>/dev/null; mount -t tmpfs none /tmp 2>/dev/null && echo mounted; grep CapEff /proc/self/status; echo ran`;
    const report = asNobody(tier, workspace, script);
    expect(report).toMatchObject({
      uid: NOBODY,
      owner: NOBODY,
      exit: { kind: "exited", code: 0 },
      stderr: "",
    });
    expect(report.stdout).toBe("CapEff:\t0000000000000000\nran\n");
    expect(statSync(join(workspace, "file")).uid).toBe(NOBODY);
  });

  it.skipIf(process.getuid?.() !== 0)("bounds a fork bomb for a user without privileges", () => {
    const workspace = privateFolder();
    chownSync(workspace, NOBODY, NOBODY);
    const bomb = `perl -e '$n++ while defined($p = fork) and ($p or sleep 30); print $n < 45 ? "bounded" : "free"; kill 9, -1'`;
    const report = asNobody(tier, workspace, bomb);
    expect(report.stdout).toBe("bounded");
  });
});

interface Report {
  readonly uid: number;
  readonly owner: number;
  readonly exit: { readonly kind: string };
  readonly stdout: string;
  readonly stderr: string;
}

function asNobody(tier: string, workspace: string, script: string): Report {
  const { stdout, stderr } = spawnSync(
    "setpriv",
    [
      `--reuid=${NOBODY}`,
      `--regid=${NOBODY}`,
      "--clear-groups",
      "--",
      process.execPath,
      "--no-warnings",
      inner,
      tier,
      workspace,
      script,
    ],
    { encoding: "utf8" },
  );
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Report;
}

/** Host processes whose working folder is, as they see it, a mount of `folder`. */
function processesIn(folder: string): string[] {
  return readdirSync("/proc").filter(
    (pid) => /^\d+$/.test(pid) && readSafely(`/proc/${pid}/mountinfo`).includes(folder),
  );
}

function readSafely(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
