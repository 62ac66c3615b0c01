/** The operating system as it looks inside, the same for every tier that builds a root of its own. */
import { existsSync, lstatSync, readlinkSync, realpathSync } from "node:fs";

export type SystemEntry =
  | { readonly kind: "bind"; readonly path: string; readonly folder: boolean }
  | { readonly kind: "symlink"; readonly path: string; readonly to: string };

/**
 * Found once per process. Only what is public on every machine: of `/etc/ssl` the certificates but not the keys, of
 * `/etc` neither accounts nor configuration. This matters since a root caller's code still owns root's files inside.
 */
export function systemEntries(): readonly SystemEntry[] {
  return (entries ??= [...FOLDERS, ...stores(), ...ETC].flatMap(entryFor));
}

/** Whether a path without links leads to the same file inside. */
export function isShown(path: string): boolean {
  return systemEntries().some(
    (entry) => entry.kind === "bind" && (path === entry.path || path.startsWith(`${entry.path}/`)),
  );
}

/** Covered with an empty folder: administrators keep settings there. */
export function hiddenFolders(): readonly string[] {
  return ["/usr/local/etc"].filter((path) => existsSync(path));
}

/** Files in a fresh procfs that tell about the host rather than about the sandbox. */
export function hiddenProcFiles(): readonly string[] {
  return (procFiles ??= PROC_FILES.filter((path) => existsSync(path)));
}

/** Account and host files that name nobody. */
export const ETC_FILES: Readonly<Record<string, string>> = {
  "/etc/passwd":
    "root:x:0:0::/nonexistent:/bin/false\nsandbox:x:1000:1000::/tmp:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n",
  "/etc/group": "root:x:0:\nsandbox:x:1000:\nnogroup:x:65534:\n",
  "/etc/hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
};

export const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"] as const;
export const INSIDE_ID = 1000;
export const TMP_BYTES = 128 * 1024 * 1024;
export const SHM_BYTES = 16 * 1024 * 1024;

const FOLDERS = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
/** Where some distributions keep all programs. Public by design, and shown only where the system is made of it. */
const STORES = ["/nix/store", "/gnu/store"];
const ETC = [
  "/etc/alternatives",
  "/etc/ssl/certs",
  "/etc/ssl/openssl.cnf",
  "/etc/pki/ca-trust/extracted",
  "/etc/ld.so.cache",
];
const PROC_FILES = [
  "/proc/kcore",
  "/proc/keys",
  "/proc/key-users",
  "/proc/kmsg",
  "/proc/kpagecgroup",
  "/proc/kpagecount",
  "/proc/kpageflags",
  "/proc/sched_debug",
  "/proc/slabinfo",
  "/proc/sysrq-trigger",
  "/proc/timer_list",
  "/proc/vmallocinfo",
];

let entries: readonly SystemEntry[] | undefined;
let procFiles: readonly string[] | undefined;

function stores(): string[] {
  return STORES.filter((store) => existsSync(store) && realpathSync("/bin/sh").startsWith(`${store}/`));
}

function entryFor(path: string): SystemEntry[] {
  if (!existsSync(path)) return [];
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return [{ kind: "symlink", path, to: readlinkSync(path) }];
  return [{ kind: "bind", path, folder: stat.isDirectory() }];
}
