/** A naive home with a few chores, small enough for a cycle in seconds. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { writeChores } from "../../replay/suites/chores/chores.ts";
import { agent } from "./agent.ts";

/** Two failures of each of two kinds, and one task that passes. */
const SMALL = ["receipts-march", "receipts-trip", "ports-shop", "ports-wiki", "names-upload"];

/** Makes the home `folder/home` with the committed suite `small`, which its cycles use. */
export async function naiveHome(folder: string): Promise<string> {
  const home = join(folder, "home");
  expect(await agent(["init", home, "--template", "naive"])).toMatchObject({ code: 0, stderr: "" });
  await writeChores(join(folder, "all"), { seed: 1 });
  for (const task of SMALL)
    cpSync(join(folder, "all/chores", task), join(home, "tasks/small", task), { recursive: true });
  const config = join(home, "agent.yaml");
  writeFileSync(config, readFileSync(config, "utf8").replace(/suite: \w+/, "suite: small"));
  commitAll(home, "Add a small suite");
  return home;
}

/** Commits everything as somebody who has a name: the machine may have none configured. */
export function commitAll(home: string, message: string): void {
  git(home, "add", "--all");
  const author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
  git(home, ...author, "commit", "--quiet", "-m", message);
}

export function git(home: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd: home, encoding: "utf8" });
}

/** What of the user's own nothing may change: HEAD, branches, index, status, files' state. */
export function checkoutOf(home: string): string {
  return [
    readFileSync(join(home, ".git/HEAD"), "utf8"),
    git(home, "for-each-ref", "refs/heads/main", "refs/heads/upstream", "refs/stash"),
    createHash("sha256")
      .update(readFileSync(join(home, ".git/index")))
      .digest("hex"),
    git(home, "--no-optional-locks", "status", "--porcelain"),
    git(home, "worktree", "list"),
  ].join("\n");
}
