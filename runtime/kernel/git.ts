/**
 * All of Ratchet's git work goes through here: raw commands with a configuration of our own.
 *
 * A home is somebody's repository, so nothing of theirs may run or interfere: no hooks, no signing, no pager, no
 * rerere, no fsmonitor, and no `GIT_*` variable of the caller (inside a hook `GIT_DIR` and `GIT_INDEX_FILE` point at
 * the caller's repository). Nothing is written to their configuration either: our author is passed by environment.
 */
import { simpleGit } from "simple-git";
import { messageOf, RatchetError } from "./error.ts";

export interface GitOptions {
  /** Index file to use in place of the repository's own. */
  readonly index?: string;
  /** Repository to use in place of the one that the folder lies in. */
  readonly gitDir?: string;
  readonly workTree?: string;
  /** Author and committer date; the present when absent. */
  readonly date?: Date;
  readonly signal?: AbortSignal;
}

export interface Git {
  /**
   * Runs `git ...args` and resolves to what it printed, decoded as UTF-8.
   * @throws GitFailed when git ends with another status than 0.
   */
  run(args: readonly string[], input?: string | Buffer): Promise<string>;
  /** Contents of objects, each undefined when there is no such object. Names are revisions: `sha`, `sha:path`. */
  objects(names: readonly string[]): Promise<(Buffer | undefined)[]>;
}

/** git ended with another status than 0, or could not be started (status -1). */
export class GitFailed extends RatchetError {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;

  constructor(repo: string, args: readonly string[], status: number, stdout: string, stderr: string) {
    const what = `git ${args.slice(0, 3).join(" ")} failed in ${repo} (status ${status})`;
    super("infrastructure", `${what}: ${(stderr || stdout).trim() || "no message"}`, hintFor(stderr));
    this.status = status;
    this.stdout = stdout;
    this.stderr = stderr;
  }
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

/** Id of the tree of a commit or tree; undefined when there is none. */
export async function treeOf(repo: string, revision: string): Promise<string | undefined> {
  return revParse(repo, `${revision}^{tree}`);
}

export async function isAncestor(repo: string, ancestor: string, descendant: string): Promise<boolean> {
  return statusIsZero(git(repo).run(["merge-base", "--is-ancestor", ancestor, descendant]));
}

/**
 * One step of a transaction on references. `old` is what it must point to; undefined: it must not exist yet. Without
 * `new` it is deleted.
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
    return `update ${change.ref} ${change.new} ${change.old}`;
  });
  const message = why.replace(/\s+/g, " ").trim() || "ratchet";
  await git(repo).run(
    ["update-ref", "--create-reflog", "-m", message, "--stdin"],
    ["start", ...lines, "prepare", "commit", ""].join("\n"),
  );
}

// ---------------------------------------------------------------- below: how it is done

type Client = ReturnType<typeof simpleGit>;

const CONFIG = [
  "core.hooksPath=/dev/null",
  "core.pager=cat",
  "core.fsmonitor=false",
  "core.quotePath=false",
  // A split index would leave its shared half in the user's .git.
  "core.splitIndex=false",
  "core.autocrlf=false",
  "commit.gpgSign=false",
  "tag.gpgSign=false",
  "log.showSignature=false",
  "rerere.enabled=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "submodule.recurse=false",
  "color.ui=false",
  "i18n.commitEncoding=utf-8",
];

/** What simple-git refuses unless it is named. These settings switch programs off; they start none. */
const UNSAFE = { allowUnsafeHooksPath: true, allowUnsafePager: true, allowUnsafeFsMonitor: true };

/** What git needs of the machine: where programs are, and the user's own configuration (for `safe.directory`). */
const INHERITED = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "XDG_CONFIG_HOME",
  "TMPDIR",
  "SystemRoot",
  "USERPROFILE",
];

async function execute<T>(
  repo: string,
  options: GitOptions,
  args: readonly string[],
  input: string | Buffer | undefined,
  task: (client: Client) => PromiseLike<T>,
): Promise<T> {
  const env = environment(options);
  const ended = { status: 0, stdout: "", stderr: "" };
  try {
    const client = simpleGit({
      baseDir: repo,
      config: CONFIG,
      unsafe: UNSAFE,
      allowEnvironment: Object.keys(env).filter((name) => name.startsWith("GIT_")),
      // By default output that comes after the process's exit is lost after 50 ms.
      completion: { onClose: true, onExit: false },
      // A string that is empty would leave stdin open, and git waiting for its end.
      input: () => Buffer.from(input ?? ""),
      // By default a failure that prints nothing counts as success.
      errors: (error, result) => {
        ended.status = result.exitCode;
        ended.stdout = Buffer.concat(result.stdOut).toString("utf8");
        ended.stderr = Buffer.concat(result.stdErr).toString("utf8");
        return error ?? (result.exitCode === 0 ? undefined : new Error(ended.stderr));
      },
      ...(options.signal === undefined ? {} : { abort: options.signal }),
    });
    return await task(client.env(env));
  } catch (error) {
    options.signal?.throwIfAborted();
    const status = ended.status === 0 ? -1 : ended.status;
    throw new GitFailed(repo, args, status, ended.stdout, ended.stderr || messageOf(error));
  }
}

function environment(options: GitOptions): Record<string, string> {
  const env: Record<string, string> = {
    LC_ALL: "C.UTF-8",
    GIT_AUTHOR_NAME: "Ratchet",
    GIT_AUTHOR_EMAIL: "ratchet@localhost",
    GIT_COMMITTER_NAME: "Ratchet",
    GIT_COMMITTER_EMAIL: "ratchet@localhost",
    GIT_TERMINAL_PROMPT: "0",
    // Looking must not write: `git status` would refresh the user's index.
    GIT_OPTIONAL_LOCKS: "0",
    // Replace references and patterns in paths would make a name mean something else than it says.
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_LITERAL_PATHSPECS: "1",
  };
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  if (options.index !== undefined) env["GIT_INDEX_FILE"] = options.index;
  if (options.gitDir !== undefined) env["GIT_DIR"] = options.gitDir;
  if (options.workTree !== undefined) env["GIT_WORK_TREE"] = options.workTree;
  if (options.date !== undefined) {
    env["GIT_AUTHOR_DATE"] = env["GIT_COMMITTER_DATE"] =
      `@${Math.floor(options.date.getTime() / 1000)} +0000`;
  }
  return env;
}

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

function hintFor(stderr: string): string | undefined {
  if (stderr.includes("ENOENT")) return "install git 2.34 or newer and put it on PATH";
  if (stderr.includes("dubious ownership")) {
    return "the repository belongs to another user: git config --global --add safe.directory <path>";
  }
  if (stderr.includes("not a git repository"))
    return "a home is a git repository: run `agent init`, or `git init`";
  return undefined;
}
