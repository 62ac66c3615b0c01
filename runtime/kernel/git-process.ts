/** Starts git with an environment and a configuration of our own. For `git.ts`; everything else goes through that. */
import { simpleGit } from "simple-git";
import { messageOf, RatchetError } from "./error.ts";

export interface GitOptions {
  /** Index file to use in place of the repository's own. */
  readonly index?: string;
  /** Repository to use in place of the one that the folder lies in. */
  readonly gitDir?: string;
  readonly workTree?: string;
  /** Where objects are read and written, in place of the repository's own. */
  readonly objects?: string;
  /** Author and committer date; the present when absent. */
  readonly date?: Date;
  readonly signal?: AbortSignal;
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

/**
 * Runs one git command through `task`.
 * @throws GitFailed when it ends with another status than 0; what `options.signal` was aborted with.
 */
export async function execute<T>(
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
    // In a partial clone a missing object is fetched, and to fetch is to run what the repository's configuration names.
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none",
  };
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  if (options.index !== undefined) env["GIT_INDEX_FILE"] = options.index;
  if (options.gitDir !== undefined) env["GIT_DIR"] = options.gitDir;
  if (options.objects !== undefined) env["GIT_OBJECT_DIRECTORY"] = options.objects;
  if (options.workTree !== undefined) env["GIT_WORK_TREE"] = options.workTree;
  if (options.date !== undefined) {
    env["GIT_AUTHOR_DATE"] = env["GIT_COMMITTER_DATE"] =
      `@${Math.floor(options.date.getTime() / 1000)} +0000`;
  }
  return env;
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
