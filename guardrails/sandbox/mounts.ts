/**
 * What is visible inside: a few folders of the operating system, read-only, and what the caller lists. Everything
 * else of the host does not exist there. A socket *inside* a mounted folder does: do not mount folders that hold any.
 */
import { lstatSync, realpathSync } from "node:fs";
import { posix } from "node:path";
import type { Limits, Mount } from "./sandbox.ts";

export const NODE_TARGET = "/opt/node/bin/node";

/** The running node binary, at {@link NODE_TARGET}. */
export function nodeMount(): Mount {
  return { source: realpathSync(process.execPath), target: NODE_TARGET, access: "read" };
}

/** For paths the caller trusts: follows links on the way to `source`, which {@link checkMounts} would refuse. */
export function mountOf(source: string, target: string, access: Mount["access"]): Mount {
  return { source: realpathSync(source), target, access };
}

/** `PATH` inside, with the folder of {@link nodeMount} first. */
export function insidePath(at: (target: string) => string): string {
  return `${posix.dirname(at(NODE_TARGET))}:/usr/local/bin:/usr/bin:/bin`;
}

/**
 * Checks the caller's mounts and orders them, outer folders first.
 * Returns the reason, as text, when one cannot be allowed.
 */
export function checkMounts(mounts: readonly Mount[], placed: boolean): readonly Mount[] | string {
  const ordered = mounts.toSorted((a, b) => a.target.length - b.target.length);
  for (const [index, mount] of ordered.entries()) {
    const reason = refuseSource(mount) ?? (placed ? refuseTarget(mount, ordered.slice(0, index)) : undefined);
    if (reason !== undefined)
      return `mount ${JSON.stringify(mount.source)} at ${JSON.stringify(mount.target)}: ${reason}`;
  }
  return ordered;
}

/** Turns targets into host paths, for tiers that cannot place anything elsewhere. Unknown targets stay as they are. */
export function hostPath(mounts: readonly Mount[], target: string): string {
  const path = posix.normalize(target);
  const best = mounts
    .filter((mount) => path === mount.target || path.startsWith(`${mount.target}/`))
    .toSorted((a, b) => b.target.length - a.target.length)[0];
  return best === undefined ? path : best.source + path.slice(best.target.length);
}

/** Whether a target lies in or is what is mounted: a working folder must. */
export function isPlaced(mounts: readonly Mount[], target: string): boolean {
  return (
    target === "/tmp" ||
    mounts.some((mount) => target === mount.target || target.startsWith(`${mount.target}/`))
  );
}

/** Reasons against impossible limits, of which `prlimit` would give a poor account. */
export function refuseLimits(limits: Limits): string | undefined {
  const bad = Object.entries(limits).find(
    ([, value]) => !Number.isSafeInteger(value) || (value as number) <= 0,
  );
  return bad === undefined
    ? undefined
    : `limit ${bad[0]} must be a positive whole number, not ${String(bad[1])}`;
}

/** Parts of the system that hold secrets, sockets or the machine's own controls. */
const PROTECTED = [
  "/boot",
  "/dev",
  "/etc",
  "/proc",
  "/run",
  "/sys",
  "/var/run",
  "/var/spool",
  "/var/lib/docker",
];
/** Folders far too wide to be what a caller means. */
const TOO_WIDE = [
  "/",
  "/home",
  "/root",
  "/tmp",
  "/var",
  "/var/lib",
  "/mnt",
  "/media",
  "/srv",
  "/opt",
  "/private",
  "/Users",
];
/** Targets that belong to the sandbox itself. */
const OWN = [
  "/bin",
  "/dev",
  "/etc",
  "/gnu",
  "/lib",
  "/lib32",
  "/lib64",
  "/libx32",
  "/nix",
  "/proc",
  "/run",
  "/sbin",
  "/sys",
  "/usr",
  "/var",
];

function refuseSource(mount: Mount): string | undefined {
  const { source } = mount;
  if (!isCleanPath(source)) return "the source is not an absolute, normalised path";
  if (TOO_WIDE.includes(source) || PROTECTED.some((area) => isWithin(source, area))) {
    return "that part of the host is never shown to confined code";
  }
  const real = resolve(source);
  if (real === undefined) return "the source does not exist or may not be read";
  // A link could be put there by whoever wrote the folder, and point anywhere.
  if (real !== source) return `the source is, or goes through, a symbolic link; its real path is ${real}`;
  const stat = lstatSync(source);
  if (!stat.isDirectory() && !stat.isFile()) return "the source is neither a folder nor a regular file";
  return undefined;
}

function refuseTarget(mount: Mount, earlier: readonly Mount[]): string | undefined {
  const { target } = mount;
  if (!isCleanPath(target) || target === "/") return "the target is not an absolute, normalised path below /";
  if (OWN.some((area) => isWithin(target, area))) return "the target belongs to the sandbox itself";
  if (earlier.some((other) => other.target === target)) return "the target is taken twice";
  const outer = earlier.findLast((other) => isWithin(target, other.target));
  if (outer === undefined) return undefined;
  // The mount point must be there already: making it would change the host's folder, following a link would leave it.
  const point = outer.source + target.slice(outer.target.length);
  if (resolve(point) !== point) return `there is no such path, free of symbolic links, in ${outer.source}`;
  return lstatSync(point).isDirectory() === lstatSync(mount.source).isDirectory()
    ? undefined
    : "a folder can only cover a folder, and a file a file";
}

function isCleanPath(path: string): boolean {
  return (
    path.startsWith("/") &&
    !path.includes("\0") &&
    posix.normalize(path) === path &&
    (path === "/" || !path.endsWith("/"))
  );
}

function isWithin(path: string, area: string): boolean {
  return path === area || path.startsWith(`${area}/`);
}

function resolve(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
