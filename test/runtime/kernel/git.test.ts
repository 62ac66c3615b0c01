import { mkdirSync, writeFileSync, existsSync, chmodSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { commitOf, git, GitFailed, isAncestor, treeOf, updateRefs } from "../../../runtime/kernel/git.ts";
import { changedTree, writeCommit } from "../../../runtime/kernel/git-tree.ts";
import { makeHome } from "../../helpers/home.ts";

afterEach(() => {
  for (const name of ["GIT_DIR", "GIT_INDEX_FILE", "GIT_AUTHOR_NAME"]) delete process.env[name];
});

test("commits as Ratchet in a repository whose user has no name, and leaves the user's own name alone", async () => {
  await using home = makeHome();
  home.git("config", "user.useConfigOnly", "true");
  const tree = (await treeOf(home.repo, "HEAD")) ?? "";
  const date = new Date("2026-01-02T03:04:05Z");
  const commit = await writeCommit(home.repo, {
    tree,
    parents: ["HEAD"],
    message: "Subject\n\n# kept\n",
    date,
  });
  const written = home.git("log", "-1", "--format=%an <%ae>|%cn <%ce>|%at|%B", commit);
  expect(written.trim()).toBe(
    "Ratchet <ratchet@localhost>|Ratchet <ratchet@localhost>|1767323045|Subject\n\n# kept",
  );
  expect(home.git("log", "-1", "--format=%an").trim()).toBe("Ada");
  expect(() => home.git("config", "user.name")).toThrow("git config user.name");
});

test("does not follow the GIT_* variables of the caller, as they are set inside a hook", async () => {
  await using home = makeHome();
  await using other = makeHome({ "harness/main.ts": "other\n" });
  process.env["GIT_DIR"] = join(other.repo, ".git");
  process.env["GIT_INDEX_FILE"] = join(other.repo, ".git", "index");
  process.env["GIT_AUTHOR_NAME"] = "Mallory";
  const expected = home.git("rev-parse", "HEAD").trim();
  expect(await commitOf(home.repo, "HEAD")).toBe(expected);
  const before = other.git("ls-files", "-s");
  const tree = await changedTree(home.repo, "HEAD", [
    { kind: "write", path: "harness/main.ts", content: "new\n", mode: "100644" },
  ]);
  const commit = await writeCommit(home.repo, { tree, parents: ["HEAD"], message: "m" });
  expect(home.git("log", "-1", "--format=%an", commit).trim()).toBe("Ratchet");
  expect(other.git("ls-files", "-s")).toBe(before);
});

test("runs no hook and signs nothing, whatever the home's configuration says", async () => {
  await using home = makeHome();
  const hooks = join(home.repo, ".git", "hooks");
  mkdirSync(hooks, { recursive: true });
  for (const hook of ["reference-transaction", "post-checkout", "post-index-change"]) {
    writeFileSync(join(hooks, hook), `#!/bin/sh\ntouch "${join(home.repo, ".agent", "hook-ran")}"\n`);
    chmodSync(join(hooks, hook), 0o755);
  }
  home.git("config", "commit.gpgSign", "true");
  home.git("config", "gpg.program", "/bin/false");
  const tree = (await treeOf(home.repo, "HEAD")) ?? "";
  const commit = await writeCommit(home.repo, { tree, parents: ["HEAD"], message: "m" });
  await updateRefs(home.repo, [{ ref: "refs/ratchet/x", new: commit, old: undefined }], "x");
  expect(existsSync(join(home.repo, ".agent", "hook-ran"))).toBe(false);
  // The same transaction by plain git does run the hook, so the hook is not merely broken.
  home.git("update-ref", "refs/ratchet/y", commit);
  expect(existsSync(join(home.repo, ".agent", "hook-ran"))).toBe(true);
});

test("reads objects of any content in one go, and says which are missing", async () => {
  await using home = makeHome({
    "harness/main.ts": "x\n",
    "harness/empty.ts": "",
    "skills/a/b": "a\n\nblob 3\n",
  });
  const found = await git(home.repo).objects([
    "HEAD:harness/empty.ts",
    "HEAD:harness/none.ts",
    "HEAD:skills/a/b",
    "no such thing blob 5",
    "HEAD:harness/main.ts",
  ]);
  expect(found.map((content) => content?.toString())).toEqual([
    "",
    undefined,
    "a\n\nblob 3\n",
    undefined,
    "x\n",
  ]);
  await expect(git(home.repo).objects(["HEAD\nHEAD"])).rejects.toThrow("no such object");
});

test("an empty file can be written", async () => {
  await using home = makeHome();
  const tree = await changedTree(home.repo, "HEAD", [
    { kind: "write", path: "prompts/empty.md", content: "", mode: "100644" },
  ]);
  expect(home.git("show", `${tree}:prompts/empty.md`)).toBe("");
});

test("a failure that prints nothing is a failure, with its status", async () => {
  await using home = makeHome();
  const failure = await git(home.repo)
    .run(["diff", "--quiet", "HEAD", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"])
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(GitFailed);
  expect((failure as GitFailed).status).not.toBe(0);
  expect(await commitOf(home.repo, "no-such-branch")).toBeUndefined();
  expect(await commitOf(home.repo, "--help")).toBeUndefined();
  const second = home.git("commit-tree", "-p", "HEAD", "-m", "x", "HEAD^{tree}").trim();
  expect(await isAncestor(home.repo, "HEAD", second)).toBe(true);
  expect(await isAncestor(home.repo, second, "HEAD")).toBe(false);
});

test("references move all together or not at all, and only from the value that was seen", async () => {
  await using home = makeHome();
  const head = home.git("rev-parse", "HEAD").trim();
  const next = home.git("commit-tree", "-p", "HEAD", "-m", "x", "HEAD^{tree}").trim();
  await updateRefs(home.repo, [{ ref: "refs/ratchet/a", new: head, old: undefined }], "first\nmove");
  const stale = updateRefs(
    home.repo,
    [
      { ref: "refs/ratchet/b", new: next, old: undefined },
      { ref: "refs/ratchet/a", new: next, old: next },
    ],
    "stale",
  );
  await expect(stale).rejects.toThrow(GitFailed);
  expect(await commitOf(home.repo, "refs/ratchet/b")).toBeUndefined();
  expect(await commitOf(home.repo, "refs/ratchet/a")).toBe(head);
  expect(home.git("reflog", "show", "--format=%gs", "refs/ratchet/a").trim()).toBe("first move");
  await updateRefs(home.repo, [{ ref: "refs/ratchet/a", new: undefined, old: head }], "gone");
  expect(await commitOf(home.repo, "refs/ratchet/a")).toBeUndefined();
});

test("an error outside a repository says what to do", async () => {
  await expect(git("/").run(["status"])).rejects.toMatchObject({
    hint: expect.stringContaining("agent init"),
  });
});
