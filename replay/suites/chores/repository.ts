/** Real git history with fixed author and dates: the same commits have the same ids on every machine. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

export interface Commit {
  readonly subject: string;
  /** Files that change, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly tag?: string;
}

/** Makes `dir`, whose files are the last state of `commits`, a repository on branch `main`. @throws Error from git */
export async function writeRepository(dir: string, commits: readonly Commit[]): Promise<void> {
  await git(dir, ["init", "--quiet", "--template=", "--initial-branch=main"]);
  await git(dir, ["fast-import", "--quiet"], stream(commits));
  // An index without times and inodes, so that the same seed gives the same bytes.
  await git(dir, ["read-tree", "HEAD"]);
}

const AUTHOR = "Mara Lindt <mara@example.org>";
const FIRST = Date.UTC(2026, 0, 5, 9) / 1000;

function stream(commits: readonly Commit[]): string {
  const parts = commits.map(({ subject, files, tag }, index) => {
    const when = `${AUTHOR} ${FIRST + index * 9_000} +0100`;
    const changes = Object.entries(files).map(
      ([path, content]) => `M 100644 inline ${path}\n${data(content)}`,
    );
    const head = `commit refs/heads/main\nmark :${index + 1}\nauthor ${when}\ncommitter ${when}\n${data(`${subject}\n`)}`;
    const reset = tag === undefined ? "" : `reset refs/tags/${tag}\nfrom :${index + 1}\n\n`;
    return `${head}${changes.join("")}\n${reset}`;
  });
  return `${parts.join("")}done\n`;
}

function data(content: string): string {
  return `data ${Buffer.byteLength(content)}\n${content}\n`;
}

async function git(dir: string, args: readonly string[], input = ""): Promise<void> {
  const child = spawn("git", ["-c", "core.logAllRefUpdates=false", ...args], {
    cwd: dir,
    // Nothing of the user's own git gets in: neither configuration nor the repository of a hook that runs this.
    env: {
      PATH: process.env["PATH"],
      HOME: dir,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CEILING_DIRECTORIES: dir,
    },
    stdio: ["pipe", "ignore", "pipe"],
  });
  // A git that stops reading says why on stderr and by its exit code.
  child.stdin.on("error", () => {}).end(input);
  const [problem, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  if (code !== 0) throw new Error(`git ${args[0]} failed in ${dir} (exit code ${code}): ${problem.trim()}`);
}
