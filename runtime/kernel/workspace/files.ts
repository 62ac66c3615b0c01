/** Opens and replaces files below a root, name by name, so that no link swapped in meanwhile leads out of it. */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { Dir, type Name } from "./dir.ts";

/**
 * Opens the folder that holds the last of `names` and hands it over; it is closed afterwards.
 * @param create makes the folders that are missing
 * @throws system errors: ENOENT, ENOTDIR (a file or a link in the way), EACCES, …
 */
export function withParent<T>(
  rootDir: string,
  names: readonly Name[],
  create: boolean,
  use: (parent: Dir, name: Name) => T,
): T {
  const last = names.at(-1);
  if (last === undefined) throw Object.assign(new Error("this is the root itself"), { code: "EISDIR" });
  let dir = Dir.open(rootDir);
  try {
    for (const name of names.slice(0, -1)) {
      const next = create ? dir.ensure(name) : dir.child(name);
      dir.close();
      dir = next;
    }
    return use(dir, last);
  } finally {
    dir.close();
  }
}

/** Opens a folder below a root; whoever calls closes it. */
export function openFolder(rootDir: string, names: readonly Name[]): Dir {
  return names.length === 0
    ? Dir.open(rootDir)
    : withParent(rootDir, names, false, (dir, name) => dir.child(name));
}

/**
 * Writes a file so that readers see the old text or the new one, never a part. Keeps mode and owner of what was there;
 * a new file belongs to whoever owns its folder.
 * @throws ENOTREG when something other than a regular file is in the way, EISDIR for a folder
 */
export function replaceFile(parent: Dir, name: Name, bytes: Uint8Array, mode?: number): void {
  const old = parent.stat(name);
  if (old?.isDirectory() === true)
    throw Object.assign(new Error(`${name.toString()} is a folder`), { code: "EISDIR" });
  if (old !== undefined && !old.isFile()) {
    throw Object.assign(new Error(`${name.toString()} is not a regular file`), { code: "ENOTREG" });
  }
  const temporary = `.ratchet-${randomBytes(6).toString("hex")}.tmp`;
  const fd = openSync(parent.at(temporary), NEW_FILE, 0o600);
  try {
    try {
      writeAll(fd, bytes);
      own(fd, old ?? fstatSync(parent.fd));
      fchmodSync(fd, mode ?? (old !== undefined ? old.mode & 0o7777 : 0o666 & ~process.umask()));
    } finally {
      closeSync(fd);
    }
    renameSync(parent.at(temporary), parent.at(name));
  } catch (error) {
    unlinkSync(parent.at(temporary));
    throw error;
  }
}

/** The same owner as `like`, where this process may say so. */
export function own(fd: number, like: { readonly uid: number; readonly gid: number }): void {
  if (process.getuid?.() === 0 && (like.uid !== 0 || like.gid !== 0)) fchownSync(fd, like.uid, like.gid);
}

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}
