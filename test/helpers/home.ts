/** A home in a temporary folder: a real git repository with a small genome. Nothing of the machine's git setup is used. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Candidate, FileEdit, Proposal } from "../../evolver/candidate.ts";
import { openSqliteStore } from "../../runtime/kernel/store/sqlite.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";

export const PATHS = { harness: "harness", prompts: "prompts", skills: "skills" } as const;

export const GENOME: Readonly<Record<string, string>> = {
  "agent.yaml": "version: 1\n",
  "harness/main.ts": 'import { step } from "./loop.ts";\n\nexport const run = (): number => step(1);\n',
  "harness/loop.ts": "export function step(n: number): number {\n  return n;\n}\n",
  "prompts/system.md": "You are an agent.\n",
  "skills/sum/SKILL.md": "---\nname: sum\ndescription: Adds up.\n---\n\nAdd.\n",
  "skills/sum/scripts/sum.mjs": '#!/usr/bin/env node\nconsole.log("sum");\n',
};

export interface Home {
  readonly repo: string;
  readonly store: Store;
  /** git as the user runs it. */
  git(...args: string[]): string;
  write(path: string, content: string): void;
  commit(message: string): string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A home with one commit. The user has no name configured. */
export function makeHome(files: Readonly<Record<string, string>> = GENOME): Home {
  const repo = mkdtempSync(join(tmpdir(), "ratchet-home-"));
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: repo,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.org",
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.org",
  };
  const store = openSqliteStore(join(repo, ".agent", "store.db"));
  const home: Home = {
    repo,
    store,
    git: (...args) =>
      execFileSync("git", args, { cwd: repo, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }),
    write(path, content) {
      mkdirSync(dirname(join(repo, path)), { recursive: true });
      writeFileSync(join(repo, path), content);
      if (content.startsWith("#!")) chmodSync(join(repo, path), 0o755);
    },
    commit(message) {
      home.git("add", "-A");
      home.git("commit", "-q", "-m", message);
      return home.git("rev-parse", "HEAD").trim();
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      rmSync(repo, { recursive: true, force: true });
    },
  };
  home.git("init", "-q", "-b", "main");
  home.write(".gitignore", ".agent/\n");
  for (const [path, content] of Object.entries(files)) home.write(path, content);
  home.commit("Begin");
  return home;
}

/** Everything of the user's that must not change: status, index bytes, HEAD, branches of theirs, stashes, files. */
export function fingerprint(home: Home): string {
  const hash = createHash("sha256");
  hash.update(readFileSync(join(home.repo, ".git", "index")));
  hash.update(readFileSync(join(home.repo, ".git", "HEAD")));
  hash.update(home.git("--no-optional-locks", "status", "--porcelain", "-z"));
  hash.update(home.git("for-each-ref", "refs/stash", "refs/tags/"));
  hash.update(home.git("for-each-ref", "refs/heads/").replace(/^.*refs\/heads\/evolve\/.*\n/gm, ""));
  hash.update(readFileSync(join(home.repo, ".git", "config")));
  hash.update(home.git("worktree", "list"));
  for (const path of readdirSync(home.repo, { recursive: true, encoding: "utf8" }).toSorted()) {
    if (path.startsWith(".git/") || path === ".git" || path.startsWith(".agent")) continue;
    hash.update(path);
    if (!isFolder(join(home.repo, path))) hash.update(readFileSync(join(home.repo, path)));
  }
  return hash.digest("hex");
}

export function proposal(edits: readonly FileEdit[], title = "Count from two"): Proposal {
  return { rung: "harness", source: "operator:test", title, rationale: "One is too few", edits, costUsd: 0 };
}

/** An edit of a file of {@link GENOME}. */
export function edit(path: string, after: string, before: string | undefined = GENOME[path]): FileEdit {
  return { path, before, after };
}

export function candidateOf(commit: string, parent: string, more: Partial<Candidate> = {}): Candidate {
  return {
    id: commit.slice(0, 12),
    commit,
    parent,
    cluster: "c1",
    proposal: proposal([]),
    verdict: "accept",
    reasons: [{ name: "improves", claim: "more pass", holds: "holds", figures: "2 of 2 fixed" }],
    fixes: ["a", "b"],
    regressions: [],
    trials: 8,
    cases: [],
    branch: undefined,
    ...more,
  };
}

function isFolder(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}
