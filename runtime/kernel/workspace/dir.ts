/**
 * A folder held open. Names are resolved against the open folder, not against a path that somebody may have swapped
 * for a link in the meantime, so that what is checked is what is used. Linux resolves through /proc/self/fd; elsewhere
 * the real path is checked again at every step, which leaves a small window.
 *
 * Names may be Buffers: a file name need not be UTF-8.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
} from "node:fs";
import type { Dirent, Stats } from "node:fs";

export type Name = string | Buffer;

export class Dir implements Disposable {
  readonly fd: number;
  readonly #base: Buffer;

  private constructor(fd: number, path: Name) {
    this.fd = fd;
    this.#base = Buffer.from(onLinux ? `/proc/self/fd/${fd}/` : `${realpathSync(path)}/`);
  }

  /** Opens a folder by path; links on the way are followed. @throws when it is no folder */
  static open(path: string): Dir {
    return new Dir(openSync(path, FOLDER), path);
  }

  /** Path of an entry, valid while this is open. For calls that do not follow a link at the end of a path. */
  at(name: Name): Buffer {
    return Buffer.concat([this.#base, checked(name)]);
  }

  /** Opens a folder in this one. @throws ENOTDIR or ELOOP when the name is a link or no folder */
  child(name: Name): Dir {
    const path = this.at(name);
    const fd = openSync(path, FOLDER | constants.O_NOFOLLOW);
    try {
      const child = new Dir(fd, path);
      if (!onLinux && !child.#base.equals(Buffer.concat([path, SLASH]))) throw notAFolder(name);
      return child;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Like {@link child}, and makes the folder when it is missing. */
  ensure(name: Name): Dir {
    try {
      return this.child(name);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      mkdirSync(this.at(name));
      return this.child(name);
    }
  }

  /** Undefined when there is no such entry. Links are not followed. */
  stat(name: Name): Stats | undefined {
    return lstatSync(this.at(name), { throwIfNoEntry: false });
  }

  /** Opens a regular file for reading. Nothing else is opened: a FIFO would block and a device would act. */
  openFile(name: Name): number {
    if (this.stat(name)?.isFile() === false) throw notAFile(name);
    const fd = openSync(this.at(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (fstatSync(fd).isFile()) return fd;
    closeSync(fd);
    throw notAFile(name);
  }

  /** Entries in no particular order, names as bytes. */
  entries(): Dirent<Buffer>[] {
    return readdirSync(this.#base, { withFileTypes: true, encoding: "buffer" });
  }

  close(): void {
    closeSync(this.fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The `code` of a system error, also of one from another context. */
export function codeOf(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

const onLinux = process.platform === "linux";
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY;
const SLASH = Buffer.from("/");

/** A name is one step down, whatever it came from. */
function checked(name: Name): Buffer {
  const bytes = typeof name === "string" ? Buffer.from(name) : name;
  const text = bytes.toString("latin1");
  if (text === "" || text === "." || text === ".." || text.includes("/") || text.includes("\0")) {
    throw Object.assign(new Error(`"${bytes.toString()}" is not a file name`), { code: "EINVAL" });
  }
  return bytes;
}

function notAFile(name: Name): Error {
  return Object.assign(new Error(`${name.toString()} is not a regular file`), { code: "ENOTREG" });
}

function notAFolder(name: Name): Error {
  return Object.assign(new Error(`${name.toString()} is not a folder`), { code: "ENOTDIR" });
}
