/** Our own mount table, as procfs shows it. */
import { closeSync, openSync, readFileSync } from "node:fs";

export interface MountPoint {
  readonly id: string;
  readonly point: string;
  readonly options: readonly string[];
}

/** Every mount, in the order in which they were made. */
export function mountTable(): readonly MountPoint[] {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [id = "", , , , point = "", options = ""] = line.split(" ");
    return { id, point: unescape(point), options: options.split(",") };
  });
}

/** Options (with a leading comma) of the mount that holds `path`, which a user namespace may not clear. */
export function lockedOptions(table: readonly MountPoint[], path: string): string {
  const holder = table
    .filter(({ point }) => isWithin(path, point))
    // Of several on one point, the last covers the others.
    .reduce<MountPoint | undefined>(
      (best, each) => (best === undefined || each.point.length >= best.point.length ? each : best),
      undefined,
    );
  return holder?.options.includes("noexec") === true ? ",noexec" : "";
}

/**
 * What a recursive bind of `folder` brings along and leaves as writable as it was. Without those that another mount
 * covers or that lie out of our reach: no path leads to them inside either. Unbindable ones do come along, since
 * `unshare` makes every mount private first.
 */
export function mountsBelow(table: readonly MountPoint[], folder: string): readonly MountPoint[] {
  return table.filter(
    ({ id, point }) => point !== folder && isWithin(point, folder) && mountIdAt(point) === id,
  );
}

function isWithin(path: string, area: string): boolean {
  return area === "/" || path === area || path.startsWith(`${area}/`);
}

/** Of the mount that one reaches at `path`; undefined where one may not go. */
function mountIdAt(path: string): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, O_PATH);
    return /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Opens nothing, only names the place: devices and sockets are not disturbed. */
const O_PATH = 0o10000000;

function unescape(text: string): string {
  return text.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
