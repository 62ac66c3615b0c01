/** Builds trees and commits in the object store only: no checkout, no index of the user's, no HEAD is involved. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git } from "./git.ts";

/** What to do to a tree, in order. */
export type TreeChange =
  | { readonly kind: "write"; readonly path: string; readonly content: string; readonly mode: string }
  /** Makes the folder what it is in another tree; it is gone when that tree has none. */
  | { readonly kind: "take"; readonly folder: string; readonly from: string };

/** The tree of `base` with the changes made to it. @throws GitFailed when `base` is no tree. */
export async function changedTree(
  repo: string,
  base: string,
  changes: readonly TreeChange[],
): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), "ratchet-index-"));
  try {
    const { run } = git(repo, { index: join(scratch, "index") });
    await run(["read-tree", base]);
    for (const change of changes) {
      const lines = await indexLines(run, change);
      await run(["update-index", "-z", "--index-info"], lines.map((line) => `${line}\0`).join(""));
    }
    return (await run(["write-tree"])).trim();
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Writes a commit object; nothing points to it yet. */
export async function writeCommit(
  repo: string,
  commit: { tree: string; parents: readonly string[]; message: string; date?: Date },
): Promise<string> {
  const parents = commit.parents.flatMap((parent) => ["-p", parent]);
  const { run } = git(repo, commit.date === undefined ? {} : { date: commit.date });
  return (await run(["commit-tree", commit.tree, ...parents, "-F", "-"], commit.message)).trim();
}

type Run = ReturnType<typeof git>["run"];

async function indexLines(run: Run, change: TreeChange): Promise<string[]> {
  switch (change.kind) {
    case "write": {
      const blob = (await run(["hash-object", "-w", "--no-filters", "--stdin"], change.content)).trim();
      return [`${change.mode} ${blob}\t${change.path}`];
    }
    case "take": {
      const present = nul(await run(["ls-files", "-s", "-z", "--", change.folder]));
      const wanted = nul(await run(["ls-tree", "-r", "-z", "--full-tree", change.from, "--", change.folder]));
      // Mode 0 removes the path. Removing first lets a folder take the place of a file.
      return [...present.map((line) => line.replace(/^\d+/, "0")), ...wanted];
    }
  }
}

function nul(printed: string): string[] {
  return printed.split("\0").filter((line) => line !== "");
}
