import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findEscapingLink } from "../../../../runtime/kernel/workspace/escaping-link.ts";

function folder(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "ratchet-links-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

test("a link in a folder whose name is no UTF-8, with a target that is none", async () => {
  const dir = folder();
  const odd = Buffer.from([0xff, 0xfe]);
  const inside = Buffer.concat([Buffer.from(`${dir}/`), odd]);
  mkdirSync(inside);
  symlinkSync(odd, `${dir}/alias`);
  symlinkSync(".", Buffer.concat([inside, Buffer.from("/here")]));
  expect(await findEscapingLink(dir, "/workspace")).toEqual({ kind: "none" });
  // Only whoever reads the names as bytes knows that this goes up from the folder twice.
  symlinkSync(Buffer.concat([Buffer.from("/workspace/"), odd, Buffer.from("/here/../../x")]), `${dir}/z`);
  expect(await findEscapingLink(dir, "/workspace")).toMatchObject({ kind: "found", path: "z" });
});

test("what is behind a missing name, or behind a file, counts as it is written", async () => {
  const dir = folder();
  writeFileSync(join(dir, "file"), "");
  symlinkSync("missing/../file/x", join(dir, "a"));
  expect(await findEscapingLink(dir, "/workspace")).toEqual({ kind: "none" });
  symlinkSync("missing/../../x", join(dir, "b"));
  expect(await findEscapingLink(dir, "/workspace")).toEqual({
    kind: "found",
    path: "b",
    target: "missing/../../x",
  });
});

test("a link to the folder's own path on the host stays inside", async () => {
  const dir = folder();
  symlinkSync(join(dir, "x"), join(dir, "a"));
  expect(await findEscapingLink(dir, "/workspace")).toEqual({ kind: "none" });
});

test("more entries than are looked at", async () => {
  const dir = folder();
  for (const name of ["a", "b", "c"]) writeFileSync(join(dir, name), "");
  expect(await findEscapingLink(dir, "/workspace", 3)).toEqual({ kind: "none" });
  expect(await findEscapingLink(dir, "/workspace", 2)).toEqual({
    kind: "unknown",
    why: "it holds more than 2 entries",
  });
});
