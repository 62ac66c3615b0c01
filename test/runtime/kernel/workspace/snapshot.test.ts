import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { restore, undo } from "../../../../runtime/kernel/workspace/restore.ts";
import { createScratch } from "../../../../runtime/kernel/workspace/scratch.ts";
import { snapshot } from "../../../../runtime/kernel/workspace/snapshot.ts";
import { SnapshotTooLarge } from "../../../../runtime/kernel/workspace/too-large.ts";

interface Place {
  readonly base: string;
  readonly workspace: string;
  readonly store: string;
  put(path: string, content: string | Uint8Array): string;
}

function place(): Place {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "ratchet-snapshot-")));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const workspace = join(base, "workspace");
  mkdirSync(workspace);
  return {
    base,
    workspace,
    store: join(base, "state", "snapshots.git"),
    put(path, content) {
      const file = join(workspace, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
  };
}

/** Everything below a folder: type, mode and content by path, names as bytes. */
function picture(root: string): Record<string, string> {
  const seen: Record<string, string> = {};
  const visit = (dir: Buffer, prefix: string): void => {
    for (const name of readdirSync(dir, { encoding: "buffer" })) {
      const path = Buffer.concat([dir, Buffer.from("/"), name]);
      const key = `${prefix}/${name.toString("latin1")}`;
      const stat = lstatSync(path);
      if (stat.isDirectory()) {
        seen[key] = "folder";
        visit(path, key);
      } else if (stat.isSymbolicLink()) seen[key] = `link ${readlinkSync(path, "latin1")}`;
      else seen[key] = `file ${(stat.mode & 0o777).toString(8)} ${readFileSync(path).toString("hex")}`;
    }
  };
  visit(Buffer.from(root), "");
  return seen;
}

async function restored(store: string, tree: string, base: string): Promise<string> {
  const folder = mkdtempSync(join(base, "restored-"));
  await restore({ tree, folder, store });
  return folder;
}

function hard(at: Place): void {
  at.put("plain.txt", "plain");
  at.put("deep/er/est/file", "x");
  at.put("empty", "");
  at.put(".gitignore", "ignored/\n*.log\n");
  at.put("ignored/kept.log", "kept");
  at.put("crlf.txt", "a\r\nb\r\n");
  at.put(".gitattributes", "*.txt text=auto filter=evil\n");
  at.put('line\nbreak\ttab "quote".txt', "odd");
  at.put("-dash", "dash");
  at.put(".git%r", "looks escaped");
  at.put("sub/.GIT/x", "upper case");
  mkdirSync(join(at.workspace, "hollow/inner"), { recursive: true });
  chmodSync(at.put("run.sh", "#!/bin/sh\n"), 0o755);
  chmodSync(at.put("private", "secret"), 0o600);
  chmodSync(at.put("readonly", "r"), 0o444);
  symlinkSync("plain.txt", join(at.workspace, "link"));
  symlinkSync("/nowhere/at/all", join(at.workspace, "dangling"));
  symlinkSync("deep", join(at.workspace, "folder-link"));
  if (process.platform === "linux")
    writeFileSync(Buffer.concat([Buffer.from(`${at.workspace}/`), Buffer.from([0x66, 0xff, 0xfe])]), "bytes");
}

function git(dir: string, ...args: string[]): string {
  const settings = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main"];
  return execFileSync("git", [...settings, ...args], { cwd: dir, encoding: "utf8" });
}

describe("snapshot and restore", () => {
  it("brings back everything: links, modes, empty folders, ignored files, any name", async () => {
    const at = place();
    hard(at);
    const { tree, files, skipped } = await snapshot(at);
    const folder = await restored(at.store, tree, at.base);
    expect(picture(folder)).toEqual(picture(at.workspace));
    expect(files).toBe(Object.values(picture(at.workspace)).filter((kind) => kind !== "folder").length);
    expect(skipped).toEqual([]);
    expect(tree).toMatch(/^[0-9a-f]{40}$/);
  });

  it("keeps repositories in the workspace working, at its root and below", async () => {
    const at = place();
    for (const repo of [at.workspace, join(at.workspace, "nested/repo")]) {
      mkdirSync(repo, { recursive: true });
      git(repo, "init", "-q");
      writeFileSync(join(repo, "a"), "1");
      git(repo, "add", "a");
      git(repo, "commit", "-qm", "first");
      writeFileSync(join(repo, "a"), "2");
    }
    const folder = await restored(at.store, (await snapshot(at)).tree, at.base);
    for (const repo of [folder, join(folder, "nested/repo")]) {
      expect(git(repo, "log", "--format=%s")).toBe("first\n");
      expect(git(repo, "status", "--porcelain", "a")).toBe(" M a\n");
      expect(git(repo, "fsck", "--strict")).toBe("");
    }
  });

  it("holds trees that git itself finds sound", async () => {
    const at = place();
    hard(at);
    git(at.workspace, "init", "-q");
    const { tree } = await snapshot(at);
    expect(git(at.store, "fsck", "--strict", "--no-dangling")).toBe("");
    expect(git(at.store, "cat-file", "-t", tree)).toBe("tree\n");
  });

  it("is the same for the same workspace and another for any change", async () => {
    const at = place();
    const file = at.put("a/b", "one");
    const first = (await snapshot(at)).tree;
    expect((await snapshot(at)).tree).toBe(first);
    const trees = new Set([first]);
    const changes = [
      () => writeFileSync(file, "two"),
      () => chmodSync(file, 0o755),
      () => mkdirSync(join(at.workspace, "a/c")),
      () => symlinkSync("b", join(at.workspace, "a/l")),
      () => rmSync(file),
    ];
    for (const change of changes) {
      change();
      trees.add((await snapshot(at)).tree);
    }
    expect(trees.size).toBe(changes.length + 1);
  });

  it("adds what is new and nothing else: one file of many is itself and the folders above it", async () => {
    const at = place();
    for (let i = 0; i < 60; i++) at.put(`part-${i % 3}/file-${i}`, `${i}`);
    const objects = (): number =>
      git(at.store, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split("\n").length;
    await snapshot(at);
    const before = objects();
    at.put("part-1/file-1", "changed");
    at.put("part-2/copy", "5");
    await snapshot(at);
    // The changed file, two folders and the top, and the mark of the import; the copy has the content of another file.
    expect(objects() - before).toBe(5);
  });

  it("takes what git would ignore, for a run may need or change it", async () => {
    const at = place();
    git(at.workspace, "init", "-q");
    at.put(".gitignore", "*.log\nbuild/\n");
    at.put("a.log", "log");
    at.put("build/.env", "x=1");
    const folder = await restored(at.store, (await snapshot(at)).tree, at.base);
    expect(readFileSync(join(folder, "a.log"), "utf8")).toBe("log");
    expect(readFileSync(join(folder, "build/.env"), "utf8")).toBe("x=1");
  });

  it("notices a change of the same size, with the old time put back", async () => {
    const at = place();
    const file = at.put("a", "one");
    const { mtime, atime } = lstatSync(file);
    await new Promise((done) => setTimeout(done, 50));
    const first = (await snapshot(at)).tree;
    writeFileSync(file, "two");
    utimesSync(file, atime, mtime);
    const second = (await snapshot(at)).tree;
    expect(second).not.toBe(first);
    expect(readFileSync(join(await restored(at.store, second, at.base), "a"), "utf8")).toBe("two");
  });

  it("notices changes that follow at once, within one tick of the clock", async () => {
    const at = place();
    const trees = new Set<string>();
    for (let i = 0; i < 10; i++) {
      at.put("a", `${i}`);
      trees.add((await snapshot(at)).tree);
    }
    expect(trees.size).toBe(10);
  });

  it("does without its cache when that is damaged", async () => {
    const at = place();
    at.put("a", "x");
    await new Promise((done) => setTimeout(done, 50));
    const { tree } = await snapshot(at);
    for (const file of readdirSync(join(at.store, "ratchet")))
      writeFileSync(join(at.store, "ratchet", file), "{broken");
    expect((await snapshot(at)).tree).toBe(tree);
  });

  it("takes an empty workspace", async () => {
    const at = place();
    const { tree } = await snapshot(at);
    expect(picture(await restored(at.store, tree, at.base))).toEqual({});
  });

  it("leaves out pipes and says so", async () => {
    const at = place();
    execFileSync("mkfifo", [join(at.workspace, "pipe")]);
    expect((await snapshot(at)).skipped).toEqual(["pipe"]);
  });

  it("does not run what a repository's settings name, nor follow links", async () => {
    const at = place();
    at.put("a.txt", "x");
    at.put(".gitattributes", "* filter=evil\n");
    git(at.workspace, "init", "-q");
    git(at.workspace, "config", "filter.evil.clean", `touch ${at.base}/ran; cat`);
    git(at.workspace, "config", "core.fsmonitor", `touch ${at.base}/ran`);
    symlinkSync(at.base, join(at.workspace, "up"));
    await snapshot(at);
    expect(existsSync(join(at.base, "ran"))).toBe(false);
  });

  it("leaves the folder of its own store out, when that lies in the workspace", async () => {
    const at = place();
    at.put("a", "x");
    const store = join(at.workspace, ".agent", "snapshots.git");
    const first = await snapshot({ workspace: at.workspace, store });
    expect((await snapshot({ workspace: at.workspace, store })).tree).toBe(first.tree);
    await undo({ workspace: at.workspace, store, tree: first.tree });
    expect(Object.keys(picture(await restored(store, first.tree, at.base)))).toEqual(["/a"]);
    expect(existsSync(join(store, "HEAD"))).toBe(true);
  });

  it("refuses what is too large and names the largest files", async () => {
    const at = place();
    at.put("small", "x");
    truncateSync(at.put("data/big.bin", ""), 300 * 1024 * 1024);
    const error = await snapshot(at).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SnapshotTooLarge);
    expect(String(error)).toMatch(
      /300\.0 MiB of files, over the limit of 256\.0 MiB[\s\S]*300\.0 MiB {2}data\/big\.bin/,
    );
    await expect(snapshot({ ...at, maxBytes: 1 })).rejects.toThrow(SnapshotTooLarge);
  });

  it("works for several workspaces and several runs at once", async () => {
    const at = place();
    const others = Array.from({ length: 4 }, (_, i) => {
      const workspace = join(at.base, `w${i}`);
      mkdirSync(workspace);
      for (let f = 0; f < 150; f++) writeFileSync(join(workspace, `f${f}`), `${i % 2}-${f}`);
      return workspace;
    });
    const trees = await Promise.all(
      [...others, ...others].map(async (workspace) => (await snapshot({ workspace, store: at.store })).tree),
    );
    expect(new Set(trees).size).toBe(2);
    for (const tree of new Set(trees))
      expect(Object.keys(picture(await restored(at.store, tree, at.base)))).toHaveLength(150);
  });

  it("restores only into an empty folder, and only what the store holds", async () => {
    const at = place();
    at.put("a", "x");
    const { tree } = await snapshot(at);
    await expect(restore({ tree, folder: at.workspace, store: at.store })).rejects.toThrow(/not empty/);
    const folder = mkdtempSync(join(at.base, "r-"));
    await expect(restore({ tree: "0".repeat(40), folder, store: at.store })).rejects.toThrow(
      /does not hold the tree/,
    );
  });
});

describe("undo", () => {
  it("deletes what was added and brings back what was changed or deleted", async () => {
    const at = place();
    hard(at);
    at.put("becomes-folder", "file");
    at.put("becomes-file/inner", "x");
    const before = picture(at.workspace);
    const { tree } = await snapshot(at);
    rmSync(join(at.workspace, "deep"), { recursive: true });
    rmSync(join(at.workspace, "becomes-folder"));
    rmSync(join(at.workspace, "becomes-file"), { recursive: true });
    at.put("becomes-folder/new", "x");
    at.put("becomes-file", "x");
    at.put("plain.txt", "changed");
    at.put("added/more", "x");
    chmodSync(join(at.workspace, "run.sh"), 0o644);
    rmSync(join(at.workspace, "link"));
    symlinkSync("elsewhere", join(at.workspace, "link"));
    rmSync(join(at.workspace, "hollow"), { recursive: true });
    const changed = picture(at.workspace);
    const saved = await undo({ ...at, tree });
    expect(picture(at.workspace)).toEqual(before);
    await undo({ ...at, tree: saved.tree });
    expect(picture(at.workspace)).toEqual(changed);
  });

  it("never follows a link when it deletes or writes", async () => {
    const at = place();
    const outside = join(at.base, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "file"), "safe");
    at.put("d/file", "mine");
    const { tree } = await snapshot(at);
    rmSync(join(at.workspace, "d"), { recursive: true });
    symlinkSync(outside, join(at.workspace, "d"));
    symlinkSync(outside, join(at.workspace, "e"));
    await undo({ ...at, tree });
    expect(readFileSync(join(outside, "file"), "utf8")).toBe("safe");
    expect(picture(at.workspace)).toMatchObject({ "/d": "folder" });
    expect(existsSync(join(at.workspace, "e"))).toBe(false);
  });

  it("changes nothing when the tree is not there", async () => {
    const at = place();
    at.put("a", "x");
    const before = picture(at.workspace);
    await expect(undo({ ...at, tree: "1".repeat(40) })).rejects.toThrow(/does not hold/);
    expect(picture(at.workspace)).toEqual(before);
  });
});

describe("createScratch", () => {
  it("copies a folder or restores a snapshot, and deletes it whatever is in it", async () => {
    const at = place();
    hard(at);
    const { tree } = await snapshot(at);
    for (const origin of [
      { kind: "folder", path: at.workspace },
      { kind: "snapshot", tree, store: at.store },
    ] as const) {
      const scratch = await createScratch(origin, at.base);
      expect(picture(scratch.dir)).toEqual(picture(at.workspace));
      mkdirSync(join(scratch.dir, "locked/in"), { recursive: true });
      chmodSync(join(scratch.dir, "locked"), 0);
      await scratch.dispose();
      await scratch.dispose();
      expect(existsSync(scratch.dir)).toBe(false);
    }
  });

  it("leaves nothing behind when it cannot be filled", async () => {
    const at = place();
    await expect(createScratch({ kind: "folder", path: join(at.base, "no") }, at.base)).rejects.toThrow(
      /ENOENT/,
    );
    expect(readdirSync(at.base)).toEqual(["workspace"]);
  });
});
