/** The shell script that builds the root of the unshare tier, run as the first process of the new namespaces. */
import { existsSync, statSync } from "node:fs";
import { posix } from "node:path";
import { initCommand } from "./init.ts";
import { FIRST_FD } from "./launch.ts";
import { lockedOptions, mountTable, mountsBelow } from "./mount-table.ts";
import type { MountPoint } from "./mount-table.ts";
import type { Prepared } from "./prepare.ts";
import type { Mount } from "./sandbox.ts";
import {
  DEVICES,
  ETC_FILES,
  SHM_BYTES,
  TMP_BYTES,
  hiddenFolders,
  hiddenProcFiles,
  systemEntries,
} from "./system.ts";

export interface Script {
  readonly text: string;
  /** Mounts in the form of fstab, to be handed over from {@link FIRST_LIST_FD} on. */
  readonly lists: readonly string[];
}

/** After the script itself and the filter. */
export const FIRST_LIST_FD = FIRST_FD + 2;

/**
 * `tools` are paths inside. `filter` and `limit` are command prefixes that load the system call filter, where possible,
 * and set the limits. Each process here costs a millisecond or more, hence as few as can be.
 */
export function unshareScript(
  prepared: Prepared,
  tools: { readonly unshare: string; readonly umount: string },
  filter: readonly string[],
  limit: readonly string[],
): Script | { readonly reason: string } {
  const base = BASES.find(
    (folder) => existsSync(folder) && prepared.mounts.every(({ source }) => !source.startsWith(`${folder}/`)),
  );
  if (base === undefined) {
    return { reason: `the mounts leave none of ${BASES.join(", ")} free to build a root in` };
  }
  const table = mountTable();
  const system = systemEntries();
  const links = system.filter((entry) => entry.kind === "symlink").map((entry) => entry.path);
  const binds = system.filter((entry) => entry.kind === "bind");
  const outer = prepared.mounts.filter(
    (mount) => !prepared.mounts.some((other) => isBelow(mount.target, other.target)),
  );
  const late = prepared.mounts.filter((mount) => isBelow(mount.target, "/tmp"));
  const early = prepared.mounts.filter((mount) => !late.includes(mount));
  const points = (mounts: readonly Mount[]): (readonly [path: string, folder: boolean])[] =>
    mounts
      .filter((mount) => outer.includes(mount))
      .map(({ source, target }) => [base + target, isFolder(source)]);
  const callerLines = (mounts: readonly Mount[]): string[] =>
    mounts.flatMap(({ source, target, access }) =>
      bindLines(source, base + target, access === "write" ? "rw" : "ro", table),
    );
  // The last of all: from then on, no mount point can be made.
  const seal = remountLine(base, "ro");
  const first = [
    ...binds.flatMap(({ path }) => bindLines(path, base + path, "ro", table)),
    ...hiddenFolders().map((path) => fstabLine("hidden", base + path, "tmpfs", "ro,nosuid,nodev,size=4k")),
    fstabLine("proc", `${base}/proc`, "proc", "ro,nosuid,nodev,noexec"),
    ...hiddenProcFiles().flatMap((path) => bindLines("/dev/null", base + path, "ro", table)),
    // Read-only, a device still works, but its mode cannot be changed, on the host too.
    ...DEVICES.map((name) => deviceLine(`/dev/${name}`, base, table)),
    fstabLine("shm", `${base}/dev/shm`, "tmpfs", `mode=1777,nosuid,nodev,nr_inodes=4k,size=${SHM_BYTES}`),
    fstabLine("tmp", `${base}/tmp`, "tmpfs", `mode=1777,nosuid,nodev,nr_inodes=64k,size=${TMP_BYTES}`),
    ...callerLines(early),
  ];
  const lists = late.length === 0 ? [[...first, seal]] : [first, [...callerLines(late), seal]];
  const lines = [
    "set -eu",
    // The script itself came on this descriptor; the shell reads it on another.
    `exec ${FIRST_FD}<&-`,
    "umask 022",
    // Enough for the one that gives up all capabilities below, and none inside that one.
    "echo 1 > /proc/sys/user/max_user_namespaces",
    "if command -v ip > /dev/null; then ip link set lo up & fi",
    "{ echo sandbox > /proc/sys/kernel/hostname; } 2> /dev/null || hostname sandbox 2> /dev/null || :",
    `mount -n -t tmpfs -o mode=755,size=1m,nr_inodes=4k,nosuid,nodev root ${base}`,
    ...makePoints([
      ...binds.map((entry) => [base + entry.path, entry.folder] as const),
      ...["/dev/shm", "/proc", "/tmp", "/.old"].map((path) => [base + path, true] as const),
      ...[...DEVICES].map((name) => [`${base}/dev/${name}`, false] as const),
      ...points(early),
    ]),
    // The host's own links, as they are.
    ...copyLinks([...links, ...DEVICE_LINKS.filter((path) => existsSync(path))], base),
    ...Object.entries(ETC_FILES).map(([path, text]) => `printf %s ${quote(text)} > ${base}${path}`),
    ...mountAll(FIRST_LIST_FD),
    ...(late.length === 0 ? [] : [...makePoints(points(late)), ...mountAll(FIRST_LIST_FD + 1)]),
    "wait",
    `cd ${base}`,
    "pivot_root . .old",
    `${quote(tools.umount)} -n -l /.old`,
    `cd ${quote(prepared.cwd)}; unset OLDPWD`,
    // Without a map, since procfs is read-only already: inside, the uid shows as 65534, and has no capability.
    `exec ${command([tools.unshare, "--user", "--", ...filter])} \\`,
    `  ${command([...initCommand(true), "env", "-i", ...prepared.env.map(([name, value]) => `${name}=${value}`)])} \\`,
    `  ${command([...limit, ...prepared.argv])}`,
  ];
  return { text: `${lines.join("\n")}\n`, lists: lists.map((list) => `${list.join("\n")}\n`) };
}

/** Where the new root is built; whatever is below is hidden while it is. */
const BASES = ["/mnt", "/media", "/srv", "/opt", "/tmp", "/home"];

const DEVICE_LINKS = ["/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr"];

function copyLinks(links: readonly string[], base: string): string[] {
  return links.length === 0 ? [] : [command(["cp", "-P", "--parents", "--", ...links, base])];
}

function makePoints(points: readonly (readonly [path: string, folder: boolean])[]): string[] {
  const folders = points.map(([path, folder]) => (folder ? path : posix.dirname(path)));
  const files = points.filter(([, folder]) => !folder);
  return [
    ...(folders.length === 0 ? [] : [command(["mkdir", "-p", "--", ...new Set(folders)])]),
    ...files.map(([path]) => `: > ${quote(path)}`),
  ];
}

/** One process for all mounts; then nothing inside can read their list, which tells about the host's paths. */
function mountAll(fd: number): string[] {
  return [`mount -n -a -T /dev/fd/${fd}`, `exec ${fd}<&-`];
}

/** Recursive, since a user namespace may not leave out what is mounted below: each of those is sealed on its own. */
function bindLines(
  source: string,
  target: string,
  access: "rw" | "ro",
  table: readonly MountPoint[],
): string[] {
  return [
    fstabLine(source, target, "none", `rbind,nosuid,nodev,${access}${lockedOptions(table, source)}`),
    ...mountsBelow(table, source).map(({ point, options }) =>
      remountLine(
        target + point.slice(source.length),
        `${options.includes("ro") ? "ro" : access}${options.includes("noexec") ? ",noexec" : ""}`,
      ),
    ),
  ];
}

function deviceLine(path: string, base: string, table: readonly MountPoint[]): string {
  return fstabLine(path, base + path, "none", `bind,ro,nosuid${lockedOptions(table, path)}`);
}

function remountLine(target: string, options: string): string {
  return fstabLine("none", target, "none", `remount,bind,nosuid,nodev,${options}`);
}

function fstabLine(source: string, target: string, type: string, options: string): string {
  return [source, target, type, options, "0", "0"].map(escapeField).join(" ");
}

function escapeField(text: string): string {
  return text.replace(/[\s\\#]/g, (char) =>
    [...Buffer.from(char)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join(""),
  );
}

function isBelow(path: string, folder: string): boolean {
  return path !== folder && path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

function command(argv: readonly string[]): string {
  return argv.map(quote).join(" ");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function isFolder(path: string): boolean {
  return statSync(path).isDirectory();
}
