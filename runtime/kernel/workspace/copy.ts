/** Copies a folder with all it holds. Unlike node's `cp` it takes names that are not UTF-8. */
import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fstatSync,
  lchownSync,
  mkdirSync,
  openSync,
  readlinkSync,
  symlinkSync,
  type Stats,
} from "node:fs";
import { Dir, type Name } from "./dir.ts";
import { own } from "./files.ts";

/** Links stay the links they are; pipes, sockets and devices are left out. `to` must be empty. @throws system errors */
export function copyFolder(from: string, to: string): void {
  using source = Dir.open(from);
  using target = Dir.open(to);
  copyEntries(source, target, fstatSync(target.fd));
}

function copyEntries(source: Dir, target: Dir, owner: Stats): void {
  for (const { name } of source.entries()) {
    const stat = source.stat(name);
    if (stat?.isDirectory() === true) {
      mkdirSync(target.at(name));
      using below = source.child(name);
      using made = target.child(name);
      own(made.fd, owner);
      copyEntries(below, made, owner);
    } else if (stat?.isSymbolicLink() === true) {
      symlinkSync(readlinkSync(source.at(name), { encoding: "buffer" }), target.at(name));
      if (process.getuid?.() === 0 && owner.uid !== 0) lchownSync(target.at(name), owner.uid, owner.gid);
    } else if (stat?.isFile() === true) copyOne(source, target, name, stat, owner);
  }
}

function copyOne(source: Dir, target: Dir, name: Name, stat: Stats, owner: Stats): void {
  copyFileSync(source.at(name), target.at(name), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const fd = openSync(target.at(name), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    own(fd, owner);
    fchmodSync(fd, stat.mode & 0o777);
  } finally {
    closeSync(fd);
  }
}
