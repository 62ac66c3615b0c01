/**
 * The second tier on Linux, for machines without bubblewrap: `unshare`, `setpriv` and `prlimit` of util-linux.
 *
 * As strong as the first against reaching the host: a root of its own, where the old one is unmounted, all
 * namespaces, no capability, no further user namespaces. Weaker in one point: `setpriv` loads system call filters only
 * from util-linux 2.41 on. Without the filter, more of the operating system kernel can be attacked, memory behind a
 * memfd goes uncounted, and a root caller's code could leave a set-uid file in the workspace.
 */
import { spawnSync } from "node:child_process";
import { ownerArgs } from "./identity.ts";
import { prlimitArgs } from "./limits.ts";
import { prepare } from "./prepare.ts";
import { privateFile, sharedFile } from "./private-file.ts";
import type { Sandbox } from "./sandbox.ts";
import { seccompProgram } from "./seccomp.ts";
import { FIRST_FD } from "./launch.ts";
import { supervise } from "./supervise.ts";
import { unshareScript } from "./unshare-script.ts";

export interface UnshareTools {
  readonly unshare: string;
  readonly setpriv: string;
  /** Folders of the other programs that the script needs, for machines that have them elsewhere than usual. */
  readonly folders: readonly string[];
  /** Those that run inside: paths that are valid there. */
  readonly inner: Readonly<Record<"unshare" | "setpriv" | "prlimit" | "umount", string>>;
}

/** Asks `setpriv` what it can do; `detect.ts` finds out whether the rest works here. */
export function unshareSandbox(tools: UnshareTools): Sandbox {
  const path = [...new Set([...SYSTEM_FOLDERS, ...tools.folders])].join(":");
  const program = loadsFilters(tools.setpriv) ? seccompProgram() : undefined;
  const filter = program === undefined ? undefined : sharedFile(program);
  const nothing = sharedFile("");
  return {
    tier: "unshare",
    full: true,
    spawn: (spec) =>
      supervise(spec, () => {
        const prepared = prepare(spec, true, (target) => target);
        if (typeof prepared === "string") return prepared;
        const owner = ownerArgs(prepared.mounts);
        if ("reason" in owner) return owner.reason;
        const limits = [tools.inner.prlimit, ...prlimitArgs(spec.limits), "--"];
        const filtered =
          filter === undefined ? [] : [tools.inner.setpriv, "--seccomp-filter", `/dev/fd/${FILTER_FD}`, "--"];
        const script = unshareScript(prepared, tools.inner, filtered, limits);
        if ("reason" in script) return script.reason;
        return {
          file: tools.setpriv,
          // With the signal, the death of our own process reaches the launcher; `--kill-child` carries it on.
          args: [
            ...owner.args,
            "--pdeathsig=KILL",
            "--no-new-privs",
            "--",
            tools.unshare,
            ...NAMESPACES,
            "/bin/sh",
            SCRIPT,
          ],
          cwd: "/",
          env: { PATH: path },
          fds: [privateFile(script.text), (filter ?? nothing)(), ...script.lists.map(privateFile)],
          // A fault of util-linux 2.38, harmless but for the noise.
          lastWords: /unshare: sigprocmask unblock failed: [^\n]*\n$/,
          readStatus: (text) => ({ reached: text.includes("reached") }),
        };
      }),
  };
}

const SYSTEM_FOLDERS = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
const FILTER_FD = FIRST_FD + 1;
const SCRIPT = `/dev/fd/${FIRST_FD}`;
const NAMESPACES =
  "--user --map-root-user --net --pid --ipc --uts --cgroup --mount --fork --kill-child=SIGKILL --".split(" ");

function loadsFilters(setpriv: string): boolean {
  const { stdout } = spawnSync(setpriv, ["--help"], {
    encoding: "utf8",
    env: {},
    stdio: ["ignore", "pipe", "ignore"],
  });
  return stdout?.includes("--seccomp-filter") === true;
}
