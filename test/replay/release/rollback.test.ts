import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commitCandidate } from "../../../evolver/commit.ts";
import { promote } from "../../../replay/release/promote.ts";
import { listReleases } from "../../../replay/release/receipts.ts";
import { currentRelease } from "../../../replay/release/release.ts";
import { rollback } from "../../../replay/release/rollback.ts";
import { RollbackConflict } from "../../../replay/release/without-patch.ts";
import { candidateOf, edit, makeHome, PATHS, proposal, type Home } from "../../helpers/home.ts";

/** Commits `after` at `path` on the present release and promotes it as a candidate that was proven there. */
async function promoted(
  home: Home,
  path: string,
  after: string,
  message: string,
  force = false,
): Promise<string> {
  const parent = (await currentRelease(home.repo)).commit;
  let before: string | undefined;
  try {
    before = home.git("show", `${parent}:${path}`);
  } catch {
    before = undefined;
  }
  const patch = proposal([{ path, before, after }]);
  const commit = await commitCandidate({ repo: home.repo, parent, proposal: patch, message, paths: PATHS });
  const candidate = candidateOf(commit, parent, { verdict: force ? "reject" : "accept" });
  await promote({ repo: home.repo, store: home.store, what: { candidate }, reason: message, force });
  return commit;
}

const show = (home: Home, at: string) => home.git("show", at);
const base = (home: Home) => ({ repo: home.repo, store: home.store, paths: PATHS, reason: "it got worse" });

test("takes one patch back and leaves later ones, as a new commit on top", async () => {
  await using home = makeHome();
  const bad = await promoted(home, "prompts/system.md", "Bad.\n", "Worsen the prompt");
  const good = await promoted(
    home,
    "harness/loop.ts",
    "export const step = (n: number): number => n;\n",
    "Improve the loop",
  );
  const receipt = await rollback({ ...base(home), what: { patch: bad } });
  expect(receipt).toMatchObject({ kind: "rollback", from: good, patch: bad, state: "done" });
  expect(receipt.builtUpon).toEqual([{ commit: good, subject: "Improve the loop" }]);
  const release = (await currentRelease(home.repo)).commit;
  expect(home.git("rev-parse", `${release}^`).trim()).toBe(good);
  expect(show(home, `${release}:prompts/system.md`)).toBe("You are an agent.\n");
  expect(show(home, `${release}:harness/loop.ts`)).toContain("=> n;");
  expect(show(home, release)).toContain(`Revert "Worsen the prompt"`);
  expect(home.git("log", "-1", "--format=%(trailers:key=Ratchet-Reverts,valueonly)", release).trim()).toBe(
    bad,
  );
  expect(existsSync(join(home.repo, ".agent", "tmp"))).toBe(false);
  expect(home.git("worktree", "list").trim().split("\n")).toHaveLength(1);
});

test("a patch that added a file is taken back with the file", async () => {
  await using home = makeHome();
  const added = await promoted(home, "skills/new/SKILL.md", "new\n", "Add a skill");
  await rollback({ ...base(home), what: { patch: added.slice(0, 12) } });
  const release = (await currentRelease(home.repo)).commit;
  expect(home.git("ls-tree", "-r", "--name-only", release)).not.toContain("skills/new");
});

test("a patch that later ones build on is a conflict that names the files and the patches", async () => {
  await using home = makeHome();
  const first = await promoted(home, "prompts/system.md", "First.\n", "First change");
  const second = await promoted(home, "prompts/system.md", "Second.\n", "Second change");
  await promoted(home, "harness/loop.ts", "export const step = 1;\n", "Unrelated change");
  const before = await currentRelease(home.repo);
  const conflict = await rollback({ ...base(home), what: { patch: first } }).catch((error: unknown) => error);
  expect(conflict).toBeInstanceOf(RollbackConflict);
  expect(conflict).toMatchObject({
    files: ["prompts/system.md"],
    dependents: [{ commit: second, subject: "Second change" }],
  });
  expect((conflict as RollbackConflict).details).toEqual({
    files: ["prompts/system.md"],
    dependents: [{ commit: second, subject: "Second change" }],
  });
  expect((conflict as RollbackConflict).message).toContain(`${second.slice(0, 12)} Second change`);
  expect(await currentRelease(home.repo)).toEqual(before);
  expect(home.git("worktree", "list").trim().split("\n")).toHaveLength(1);
  expect(existsSync(join(home.repo, ".agent", "tmp"))).toBe(false);

  // The way out that the hint names.
  const one = await rollback({ ...base(home), what: { patch: second } });
  expect(one.builtUpon).toMatchObject([{ subject: "Unrelated change" }]);
  const two = await rollback({ ...base(home), what: { patch: first } });
  // What was taken back before is built upon nothing any more.
  expect(two.builtUpon).toMatchObject([{ subject: "Unrelated change" }]);
  expect(show(home, `${(await currentRelease(home.repo)).commit}:prompts/system.md`)).toBe(
    "You are an agent.\n",
  );
});

test("a candidate is found by its id although its published twin was promoted", async () => {
  await using home = makeHome();
  const parent = (await currentRelease(home.repo)).commit;
  const patch = proposal([edit("prompts/system.md", "Bad.\n")]);
  const replayed = await commitCandidate({
    repo: home.repo,
    parent,
    proposal: patch,
    message: "draft",
    paths: PATHS,
  });
  const twin = home.git("commit-tree", "-p", parent, "-m", "Full", `${replayed}^{tree}`).trim();
  home.git("branch", "evolve/x", twin);
  const candidate = candidateOf(replayed, parent, { branch: "evolve/x" });
  await promote({ repo: home.repo, store: home.store, what: { candidate }, reason: "r" });
  expect(await rollback({ ...base(home), what: { patch: candidate.id } })).toMatchObject({
    from: twin,
    patch: twin,
  });
});

test("returns to an older genome, on top of the present release, and keeps everything else", async () => {
  await using home = makeHome();
  const start = (await currentRelease(home.repo)).commit;
  await promoted(home, "prompts/system.md", "Worse.\n", "Worsen the prompt");
  await promoted(home, "skills/new/scripts/run.mjs", "new\n", "Add a skill");
  // A person's change to the constitution, released with the rest.
  const tip = (await currentRelease(home.repo)).commit;
  home.git("checkout", "-q", "--detach", tip);
  home.write("agent.yaml", "version: 1\nmodel: other\n");
  const person = home.commit("Another model");
  await promote({ repo: home.repo, store: home.store, what: { commit: person }, reason: "r" });

  await rollback({ ...base(home), what: { to: start } });
  const release = (await currentRelease(home.repo)).commit;
  expect(home.git("rev-parse", `${release}^`).trim()).toBe(person);
  expect(home.git("diff", "--name-only", start, release).trim()).toBe("agent.yaml");
  expect(home.git("ls-tree", release, "skills/sum/scripts/sum.mjs")).toMatch(/^100755/);
  expect(show(home, release)).toContain("Return to the genome of");
  const entries = await listReleases(home.repo, home.store);
  expect(entries.map((entry) => entry.kind)).toEqual(["rollback", "promote", "promote", "promote"]);
});

test("nothing to roll back, no such patch, and a patch that was never released are told apart", async () => {
  await using home = makeHome();
  const start = (await currentRelease(home.repo)).commit;
  const loose = await commitCandidate({
    repo: home.repo,
    parent: start,
    proposal: proposal([edit("prompts/system.md", "Loose.\n")]),
    message: "loose",
    paths: PATHS,
  });
  const attempt = (what: { patch: string } | { to: string }) => rollback({ ...base(home), what });
  await expect(attempt({ to: start })).rejects.toThrow("nothing to roll back");
  await expect(attempt({ patch: "nonsense" })).rejects.toThrow("no patch or commit nonsense");
  await expect(attempt({ patch: loose })).rejects.toThrow("is not part of the release");
  await expect(attempt({ patch: start })).rejects.toThrow("is the first commit");
});

test("only what was a release is returned to, by whatever name", async () => {
  await using home = makeHome();
  const start = (await currentRelease(home.repo)).commit;
  const first = await promoted(home, "prompts/system.md", "First.\n", "First change");
  await promoted(home, "prompts/system.md", "Second.\n", "Second change");
  home.write("harness/loop.ts", "export const step = (\n");
  const broken = home.commit("Does not parse");
  home.git("branch", "mine", broken);
  const before = await currentRelease(home.repo);
  for (const to of [broken.slice(0, 9), "mine", "HEAD"]) {
    await expect(rollback({ ...base(home), what: { to } })).rejects.toMatchObject({
      kind: "refused",
      message: `${broken.slice(0, 12)} was never a release, so there is nothing to return to`,
      hint: expect.stringContaining("agent releases"),
    });
  }
  expect(await currentRelease(home.repo)).toEqual(before);
  home.git("branch", "old", first);
  const back = await rollback({ ...base(home), what: { to: "old" } });
  expect(back.patch).toBe(first);
  expect((await rollback({ ...base(home), what: { to: start } })).patch).toBe(start);
  // What a rollback made was a release as well.
  expect((await rollback({ ...base(home), what: { to: back.to } })).patch).toBe(back.to);
});

test("what was taken back already is said to be so, until it is promoted or put back", async () => {
  await using home = makeHome();
  const patch = await promoted(home, "prompts/system.md", "First.\n", "First change");
  const undo = () => rollback({ ...base(home), what: { patch } });
  const { to: revert } = await undo();
  const already = {
    kind: "usage",
    message: `${patch.slice(0, 12)} was taken back already`,
  };
  await expect(undo()).rejects.toMatchObject(already);
  await promoted(home, "prompts/system.md", "Second.\n", "Second change");
  await expect(undo()).rejects.toMatchObject(already);
  await rollback({ ...base(home), what: { to: revert } });
  await expect(undo()).rejects.toMatchObject(already);
  await rollback({ ...base(home), what: { patch: revert } });
  expect(show(home, `${(await currentRelease(home.repo)).commit}:prompts/system.md`)).toBe("First.\n");
  await undo();
  await expect(undo()).rejects.toMatchObject(already);
  await rollback({ ...base(home), what: { to: patch } });
  await undo();
});

test("what was proven on top of a patch is named: not the forced, nor what was taken back; also what was returned to", async () => {
  await using home = makeHome();
  const first = await promoted(home, "prompts/system.md", "First.\n", "First change");
  const kept = await promoted(home, "skills/one/SKILL.md", "one\n", "Kept");
  await promoted(home, "skills/two/SKILL.md", "two\n", "Forced", true);
  const gone = await promoted(home, "skills/three/SKILL.md", "three\n", "Gone");
  const last = await promoted(home, "skills/four/SKILL.md", "four\n", "Last");
  await rollback({ ...base(home), what: { patch: gone } });
  await promoted(home, "skills/five/SKILL.md", "five\n", "Gone with the return");
  // The release that is returned to is none that was taken back.
  await rollback({ ...base(home), what: { to: last } });
  await rollback({ ...base(home), what: { patch: gone } });
  const { builtUpon } = await rollback({ ...base(home), what: { patch: first } });
  expect(builtUpon).toEqual([
    { commit: last, subject: "Last" },
    { commit: kept, subject: "Kept" },
  ]);
});

test("of two rollbacks at the same time one says that it did nothing", async () => {
  await using home = makeHome();
  const patch = await promoted(home, "prompts/system.md", "First.\n", "First change");
  const now = () => new Date("2026-11-21T10:00:00Z");
  const both = await Promise.allSettled([1, 2].map(() => rollback({ ...base(home), what: { patch }, now })));
  expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(both.find(({ status }) => status === "rejected")).toMatchObject({
    reason: {
      refusal: "release-moved",
      message: expect.stringContaining("nothing was rolled back: the release moved from"),
    },
  });
});

test("a merge is taken back as a whole", async () => {
  await using home = makeHome();
  home.git("checkout", "-q", "-b", "side");
  home.write("prompts/system.md", "Side.\n");
  home.commit("Side");
  home.git("checkout", "-q", "main");
  home.git("merge", "-q", "--no-ff", "-m", "Merge side", "side");
  await rollback({ ...base(home), what: { patch: "HEAD" } });
  expect(show(home, `${(await currentRelease(home.repo)).commit}:prompts/system.md`)).toBe(
    "You are an agent.\n",
  );
});

test("a home in a linked worktree, and one whose repository says it is bare, are rolled back as well", async () => {
  await using home = makeHome();
  const linked = join(home.repo, ".agent", "linked");
  home.git("worktree", "add", "-q", "-b", "linked", linked);
  const patch = await promoted(home, "prompts/system.md", "Bad.\n", "Worsen the prompt");
  home.git("config", "core.bare", "true");
  const config = readFileSync(join(home.repo, ".git", "config"), "utf8");
  await rollback({ ...base(home), what: { patch } });
  await rollback({ ...base(home), repo: linked, what: { to: patch } });
  expect(show(home, `${(await currentRelease(home.repo)).commit}:prompts/system.md`)).toBe("Bad.\n");
  expect(readFileSync(join(home.repo, ".git", "config"), "utf8")).toBe(config);
  home.git("config", "core.bare", "false");
  expect(home.git("status", "--porcelain")).toBe("");
  expect(home.git("-C", linked, "status", "--porcelain", "--", "harness", "prompts")).toBe("");
});

test("every release stays reachable, also after the branch is gone and main was rewritten", async () => {
  await using home = makeHome();
  const start = (await currentRelease(home.repo)).commit;
  await promoted(home, "prompts/system.md", "Worse.\n", "Worsen the prompt");
  home.write("prompts/system.md", "Rewritten.\n");
  home.git("commit", "-q", "-a", "--amend", "-m", "Begin again");
  home.git("reflog", "expire", "--expire=now", "--all");
  home.git("gc", "-q", "--prune=now");
  await rollback({ ...base(home), what: { to: start } });
  expect(show(home, `${(await currentRelease(home.repo)).commit}:prompts/system.md`)).toBe(
    "You are an agent.\n",
  );
});

test("programs that the home's repository names are not run: filters, merge drivers, transports", async () => {
  await using home = makeHome();
  const marker = join(home.repo, ".agent", "ran");
  home.git("config", "filter.evil.smudge", `sh -c 'touch ${marker}; cat'`);
  home.git("config", "filter.evil.clean", `sh -c 'touch ${marker}; cat'`);
  home.git("config", "merge.evil.driver", `touch ${marker}`);
  home.git("config", "core.sshCommand", `touch ${marker} #`);
  home.git("config", "remote.origin.url", "ssh://x/y");
  home.git("config", "remote.origin.promisor", "true");
  home.git("config", "extensions.partialClone", "origin");
  home.git("config", "core.repositoryformatversion", "1");
  home.write(".gitattributes", "* filter=evil merge=evil\n");
  const bad = await promoted(home, "prompts/system.md", "Bad.\n", "Worsen the prompt");
  await promoted(
    home,
    "harness/loop.ts",
    "export const step = (n: number): number => n;\n",
    "Improve the loop",
  );
  await rollback({ ...base(home), what: { patch: bad } });
  // An object that is not there would be fetched from the promisor.
  await expect(
    rollback({ ...base(home), what: { to: "0123456789012345678901234567890123456789" } }),
  ).rejects.toThrow("0123456789");
  expect(existsSync(marker)).toBe(false);
});
