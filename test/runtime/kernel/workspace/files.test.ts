import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Dir } from "../../../../runtime/kernel/workspace/dir.ts";
import { replaceFile, withParent } from "../../../../runtime/kernel/workspace/files.ts";

function folders(): { root: string; outside: string } {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "ratchet-files-")));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const [root, outside] = [join(base, "root"), join(base, "outside")];
  mkdirSync(root);
  mkdirSync(outside);
  writeFileSync(join(outside, "file"), "outside");
  return { root, outside };
}

it("goes through no link on the way, whoever put it there after the path was checked", () => {
  const { root, outside } = folders();
  symlinkSync(outside, join(root, "swapped"));
  mkdirSync(join(root, "d"));
  symlinkSync(outside, join(root, "d/swapped"));
  for (const names of [
    ["swapped", "x"],
    ["d", "swapped", "x"],
    ["swapped", "new", "x"],
  ]) {
    const write = (): void =>
      withParent(root, names, true, (dir, name) => replaceFile(dir, name, Buffer.from("x")));
    expect(write).toThrow(/ENOTDIR|ELOOP/);
  }
  expect(readdirSync(outside)).toEqual(["file"]);
});

it("neither reads nor replaces a link at the end", () => {
  const { root, outside } = folders();
  symlinkSync(join(outside, "file"), join(root, "link"));
  using dir = Dir.open(root);
  expect(() => dir.openFile("link")).toThrow(/not a regular file/);
  expect(() => replaceFile(dir, "link", Buffer.from("x"))).toThrow(/not a regular file/);
});

it("stays in the open folder when that is moved and a link takes its place", () => {
  const { root, outside } = folders();
  mkdirSync(join(root, "d"));
  withParent(root, ["d", "x"], false, (dir, name) => {
    rmSync(join(root, "d"), { recursive: true });
    symlinkSync(outside, join(root, "d"));
    expect(() => replaceFile(dir, name, Buffer.from("x"))).toThrow(/ENOENT/);
  });
  expect(readdirSync(outside)).toEqual(["file"]);
});

it.each(["", ".", "..", "a/b", "a\0b"])("takes %j for no name", (name) => {
  using dir = Dir.open(folders().root);
  expect(() => dir.stat(name)).toThrow(/not a file name/);
});

it("leaves no temporary file behind when it fails", () => {
  const { root } = folders();
  mkdirSync(join(root, "d"));
  using dir = Dir.open(root);
  expect(() => replaceFile(dir, "d", Buffer.from("x"))).toThrow(/folder/);
  replaceFile(dir, "f", Buffer.from("x"));
  expect(readdirSync(root).toSorted()).toEqual(["d", "f"]);
});
