/** The best tier on Linux: bubblewrap 0.8 or newer. */
import { initCommand } from "./init.ts";
import { mountTable } from "./mount-table.ts";
import { ownerArgs } from "./identity.ts";
import { prlimitArgs } from "./limits.ts";
import { prepare } from "./prepare.ts";
import type { Prepared } from "./prepare.ts";
import { privateFile, sharedFile } from "./private-file.ts";
import type { Mount, Sandbox } from "./sandbox.ts";
import { seccompProgram } from "./seccomp.ts";
import { FIRST_FD, STATUS_FD } from "./launch.ts";
import { supervise } from "./supervise.ts";
import type { Launch, LaunchStatus } from "./launch.ts";
import {
  DEVICES,
  ETC_FILES,
  INSIDE_ID,
  SHM_BYTES,
  TMP_BYTES,
  hiddenFolders,
  hiddenProcFiles,
  systemEntries,
} from "./system.ts";

export interface BwrapTools {
  readonly bwrap: string;
  /** Runs inside: a path that is valid there. */
  readonly prlimit: string;
  /** Only root needs these: to act as a workspace's owner, or else to shield the host's devices. */
  readonly setpriv: string | undefined;
  readonly unshare: string | undefined;
}

/** Starts nothing by itself; `detect.ts` finds out whether bubblewrap works here. */
export function bwrapSandbox(tools: BwrapTools): Sandbox {
  const program = seccompProgram();
  const etc = Object.entries(ETC_FILES).map(([path, text]) => ({ path, open: sharedFile(text) }));
  const filter = program === undefined ? undefined : sharedFile(program);
  return {
    tier: "bwrap",
    full: true,
    spawn: (spec) =>
      supervise(spec, () => {
        const prepared = prepare(spec, true, (target) => target);
        if (typeof prepared === "string") return prepared;
        if (filter === undefined) return `there is no system call filter for ${process.arch}`;
        const owner = ownerArgs(prepared.mounts);
        if ("reason" in owner) return owner.reason;
        // In the order of their numbers: arguments, filter, files of /etc.
        const fds = [filter, ...etc.map((file) => file.open)].map((open) => open());
        const etcArgs = etc.flatMap(({ path }, index) => [
          "--perms",
          "0644",
          "--ro-bind-data",
          String(FIRST_FD + 2 + index),
          path,
        ]);
        const argsFd = privateFile(confinement(prepared, etcArgs).join("\0"));
        const command = [
          ...initCommand(false),
          ...unusual(prepared.env),
          tools.prlimit,
          ...prlimitArgs(spec.limits),
          "--",
          ...prepared.argv,
        ];
        return launch(tools, owner.args, command, [argsFd, ...fds]);
      }),
  };
}

function launch(
  tools: BwrapTools,
  owner: readonly string[],
  command: readonly string[],
  fds: readonly number[],
): Launch | string {
  // On a descriptor, the environment and the paths do not show in `ps`.
  const args = ["--args", String(FIRST_FD), "--", ...command];
  const common = { cwd: "/", fds, readStatus };
  if (process.getuid?.() !== 0) return { file: tools.bwrap, args, env: {}, ...common };
  const env = { PATH: SYSTEM_PATH };
  if (owner.length > 0) {
    if (tools.setpriv === undefined)
      return "the workspace belongs to another user, and `setpriv` (util-linux) is missing";
    return { file: tools.setpriv, args: [...owner, "--", tools.bwrap, ...args], env, ...common };
  }
  if (tools.unshare === undefined)
    return "for a caller who is root, `unshare` (util-linux) is needed, and missing";
  return {
    file: tools.unshare,
    args: ["--mount", "--", "/bin/sh", "-c", shieldDevices(), "sh", tools.bwrap, ...args],
    env,
    ...common,
  };
}

const SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * bubblewrap shows the host's own device files, writable, and root's code could `chmod 0 /dev/null` for the whole
 * machine. From a mount that is read-only in a namespace made for the launch, they come read-only, and still work.
 * (Its `--remount-ro` would do, but also makes them unusable.)
 */
function shieldDevices(): string {
  const mounted = new Set(mountTable().map(({ point }) => point));
  const whole = mounted.has("/dev") && !DEVICES.some((name) => mounted.has(`/dev/${name}`));
  const each = `for name in ${DEVICES.join(" ")}; do mount -n -o bind,ro /dev/$name /dev/$name || exit; done`;
  return `${whole ? "mount -n -o remount,bind,ro /dev || exit" : each}; exec "$@"`;
}

/** Order matters: later operations cover earlier ones. To the environment, bubblewrap adds PWD, and only that. */
function confinement(prepared: Prepared, etcArgs: readonly string[]): string[] {
  return [
    ...`--unshare-all --unshare-user --disable-userns --uid ${INSIDE_ID} --gid ${INSIDE_ID}`.split(" "),
    ...`--hostname sandbox --cap-drop ALL --as-pid-1 --die-with-parent --new-session --clearenv`.split(" "),
    ...`--json-status-fd ${STATUS_FD} --seccomp ${FIRST_FD + 1}`.split(" "),
    ...systemEntries().flatMap((entry) =>
      entry.kind === "bind" ? ["--ro-bind", entry.path, entry.path] : ["--symlink", entry.to, entry.path],
    ),
    ...hiddenFolders().flatMap((path) => ["--size", "4096", "--tmpfs", path, "--remount-ro", path]),
    ...etcArgs,
    ...`--dev /dev --size ${SHM_BYTES} --perms 1777 --tmpfs /dev/shm --remount-ro /dev --proc /proc`.split(
      " ",
    ),
    ...hiddenProcFiles().flatMap((path) => ["--ro-bind", "/dev/null", path]),
    ...`--remount-ro /proc --size ${TMP_BYTES} --perms 1777 --tmpfs /tmp`.split(" "),
    ...prepared.mounts.flatMap(bind),
    ...`--remount-ro / --chdir`.split(" "),
    prepared.cwd,
    ...prepared.env.flatMap(([name, value]) => ["--setenv", name, value]),
  ];
}

/** Variables with names that a shell does not hand on. These few do show in `ps`. */
function unusual(env: Prepared["env"]): string[] {
  const names = env.filter(([name]) => !/^[A-Za-z_]\w*$/.test(name) || SHELL_OWN.has(name));
  return names.length === 0 ? [] : ["/usr/bin/env", ...names.map(([name, value]) => `${name}=${value}`)];
}

const SHELL_OWN = new Set(["IFS", "OLDPWD", "OPTIND", "PPID", "PS1", "PS2", "PS4", "PWD", "SHLVL", "_"]);

function bind({ source, target, access }: Mount): string[] {
  return [access === "write" ? "--bind" : "--ro-bind", source, target];
}

/** bubblewrap tells its first process at once, and the exit code only when the command inside was started. */
function readStatus(text: string): LaunchStatus {
  const init = /"child-pid": (\d+)/.exec(text)?.[1];
  const reached = text.includes('"exit-code"');
  return init === undefined ? { reached } : { reached, init: Number(init) };
}
