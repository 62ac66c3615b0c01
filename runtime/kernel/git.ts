/**
 * All of Ratchet's git work goes through here: raw commands with a configuration of our own.
 *
 * A home is somebody's repository, so nothing of theirs may run or interfere: no hooks, no signing, no pager, no
 * rerere, no fsmonitor, and no `GIT_*` variable of the caller (inside a hook `GIT_DIR` and `GIT_INDEX_FILE` point at
 * the caller's repository). Nothing is written to their configuration either: our author is passed by environment.
 */
import { RatchetError } from "./error.ts";
import { execute, GitFailed, type GitOptions } from "./git-process.ts";

export { GitFailed, type GitOptions } from "./git-process.ts";

export interface Git {
  /**
   * Runs `git ...args` and resolves to what it printed, decoded as UTF-8.
   * @throws GitFailed when git ends with another status than 0.
   */
  run(args: readonly string[], input?: string | Buffer): Promise<string>;
  /** Contents of objects, each undefined when there is no such object. Names are revisions: `sha`, `sha:path`. */
  objects(names: readonly string[]): Promise<(Buffer | undefined)[]>;
}

/** Git in the folder `repo`. Starts nothing. */
export function git(repo: string, options: GitOptions = {}): Git {
  return {
    run: (args, input) => execute(repo, options, args, input, (client) => client.raw([...args])),
    async objects(names) {
      const awkward = names.find((name) => /[\n\0]/.test(name));
      if (awkward !== undefined)
        throw new RatchetError("usage", `no such object: ${JSON.stringify(awkward)}`);
      if (names.length === 0) return [];
      const args = ["cat-file", "--batch"];
      const printed = await execute(repo, options, args, `${names.join("\n")}\n`, (client) =>
        client.binaryCatFile(["--batch"]),
      );
      return parseBatch(printed, names.length);
    },
  };
}

/** Resolves a revision to the full id of its commit, or undefined when there is none. */
export async function commitOf(repo: string, revision: string): Promise<string | undefined> {
  return revParse(repo, `${revision}^{commit}`);
}

/** First line of a commit's message. @throws GitFailed when there is no such commit */
export async function subjectOf(repo: string, commit: string): Promise<string> {
  return (await git(repo).run(["log", "--max-count=1", "--format=%s", commit, "--"])).trim();
}

/** Id of the tree of a commit or tree; undefined when there is none. */
export async function treeOf(repo: string, revision: string): Promise<string | undefined> {
  return revParse(repo, `${revision}^{tree}`);
}

export async function isAncestor(repo: string, ancestor: string, descendant: string): Promise<boolean> {
  return statusIsZero(git(repo).run(["merge-base", "--is-ancestor", ancestor, descendant]));
}

/**
 * One step of a transaction on references. `old` is what it must point to; undefined: it must not exist yet. Without
 * `new` it is deleted; where both are the same, nothing is written, and the others happen only while it is so.
 */
export type RefChange =
  | { readonly ref: string; readonly new: string; readonly old: string | undefined }
  | { readonly ref: string; readonly new: undefined; readonly old: string };

/**
 * Moves references, all or none, each only when it still has the value that is expected of it.
 * @throws GitFailed when one has moved.
 */
export async function updateRefs(repo: string, changes: readonly RefChange[], why: string): Promise<void> {
  const lines = changes.map((change) => {
    if (change.new === undefined) return `delete ${change.ref} ${change.old}`;
    if (change.old === undefined) return `create ${change.ref} ${change.new}`;
    if (change.old === change.new) return `verify ${change.ref} ${change.old}`;
    return `update ${change.ref} ${change.new} ${change.old}`;
  });
  const message = why.replace(/[\s\p{Cc}]+/gu, " ").trim() || "ratchet";
  await git(repo).run(
    ["update-ref", "--create-reflog", "-m", message, "--stdin"],
    ["start", ...lines, "prepare", "commit", ""].join("\n"),
  );
}

// ---------------------------------------------------------------- helpers

async function revParse(repo: string, revision: string): Promise<string | undefined> {
  try {
    return (await git(repo).run(["rev-parse", "--verify", "--quiet", "--end-of-options", revision])).trim();
  } catch (error) {
    if (error instanceof GitFailed && error.status === 1) return undefined;
    throw error;
  }
}

async function statusIsZero(command: Promise<string>): Promise<boolean> {
  try {
    await command;
    return true;
  } catch (error) {
    if (error instanceof GitFailed && error.status === 1) return false;
    throw error;
  }
}

/** `<name> <type> <size>\n<content>\n` for each object, `<name> missing\n` for one that is not there. */
function parseBatch(printed: Buffer, count: number): (Buffer | undefined)[] {
  const found: (Buffer | undefined)[] = [];
  for (let at = 0; found.length < count;) {
    const end = printed.indexOf(0x0a, at);
    if (end < 0) throw new RatchetError("infrastructure", "git cat-file ended in the middle of its answer");
    const header = printed.toString("utf8", at, end);
    at = end + 1;
    const size = / (?:blob|tree|commit|tag) (\d+)$/.exec(header)?.[1];
    if (size === undefined) {
      found.push(undefined);
      continue;
    }
    found.push(printed.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return found;
}
