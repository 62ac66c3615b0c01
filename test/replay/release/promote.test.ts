import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { commitCandidate } from "../../../evolver/commit.ts";
import { promote, type Health, type PromoteOptions } from "../../../replay/release/promote.ts";
import { PromotionRefused } from "../../../replay/release/refused.ts";
import { listReleases, RECEIPTS, type Documents } from "../../../replay/release/receipts.ts";
import { currentRelease, RELEASE_REF } from "../../../replay/release/release.ts";
import { makeKilledHome } from "../../helpers/killed.ts";
import { candidateOf, edit, makeHome, PATHS, proposal, type Home } from "../../helpers/home.ts";

const head = (home: Home) => home.git("rev-parse", "HEAD").trim();
const commitOn = (home: Home, parent: string, after: string) =>
  commitCandidate({
    repo: home.repo,
    parent,
    proposal: proposal([edit("prompts/system.md", after, home.git("show", `${parent}:prompts/system.md`))]),
    message: after,
    paths: PATHS,
  });

async function refusal(options: PromoteOptions): Promise<string> {
  try {
    await promote(options);
  } catch (error) {
    if (error instanceof PromotionRefused) return error.refusal;
    throw error;
  }
  return "promoted";
}

test("without a promotion the release is HEAD; afterwards it is what was promoted, whatever HEAD does", async () => {
  await using home = makeHome();
  expect(await currentRelease(home.repo)).toEqual({ commit: head(home), pinned: false });
  const commit = await commitOn(home, head(home), "Better.\n");
  const what = { candidate: candidateOf(commit, head(home)) };
  const now = () => new Date("2026-11-21T10:00:00Z");
  const receipt = await promote({ repo: home.repo, store: home.store, what, reason: "it helps", now });
  expect(receipt).toMatchObject({
    kind: "promote",
    state: "done",
    from: head(home),
    to: commit,
    patch: commit.slice(0, 12),
    reason: "it helps",
    forced: false,
    at: "2026-11-21T10:00:00.000Z",
  });
  home.write("agent.yaml", "version: 1 # later\n");
  home.commit("Later");
  expect(await currentRelease(home.repo)).toEqual({ commit, pinned: true });
  expect(home.git("log", "-g", "--format=%gs", RELEASE_REF).trim()).toBe("promote: it helps");
});

test("a home without a commit says so", async () => {
  await using home = makeHome();
  home.git("checkout", "-q", "--orphan", "empty");
  await expect(currentRelease(home.repo)).rejects.toThrow("has no commit to run");
});

test("a verdict that is not accept needs force", async () => {
  await using home = makeHome();
  const commit = await commitOn(home, head(home), "Better.\n");
  for (const verdict of ["reject", "inconclusive"] as const) {
    const what = { candidate: candidateOf(commit, head(home), { verdict }) };
    expect(await refusal({ repo: home.repo, store: home.store, what, reason: "r" })).toBe("not-accepted");
  }
  expect((await currentRelease(home.repo)).pinned).toBe(false);
  const what = { candidate: candidateOf(commit, head(home), { verdict: "reject" }) };
  expect(
    await promote({ repo: home.repo, store: home.store, what, reason: "I know", force: true }),
  ).toMatchObject({
    forced: true,
    to: commit,
  });
});

test("a patch whose verdict was given on an older release is refused", async () => {
  await using home = makeHome();
  const first = await commitOn(home, head(home), "First.\n");
  const second = await commitOn(home, head(home), "Second.\n");
  const base = { repo: home.repo, store: home.store, reason: "r" };
  await promote({ ...base, what: { candidate: candidateOf(first, head(home)) } });
  const stale = { ...base, what: { candidate: candidateOf(second, head(home)) } };
  expect(await refusal(stale)).toBe("release-moved");
  expect(await refusal({ ...stale, expectedParent: first })).toBe("not-a-descendant");
  expect(await refusal({ ...base, what: { commit: second } })).toBe("not-a-descendant");
  expect((await currentRelease(home.repo)).commit).toBe(first);
  expect((await promote({ ...stale, force: true })).to).toBe(second);
});

test("a patch on top of another is promoted after it, not before", async () => {
  await using home = makeHome();
  const below = await commitOn(home, head(home), "Below.\n");
  const above = await commitOn(home, below, "Above.\n");
  const base = { repo: home.repo, store: home.store, reason: "r" };
  const top = { ...base, what: { candidate: candidateOf(above, below) } };
  expect(await refusal(top)).toBe("parent-not-released");
  await promote({ ...base, what: { candidate: candidateOf(below, head(home)) } });
  expect((await promote(top)).to).toBe(above);
});

test("unknown commits and the release itself are refused, force or not", async () => {
  await using home = makeHome();
  const base = { repo: home.repo, store: home.store, reason: "r", force: true };
  expect(await refusal({ ...base, what: { commit: "nonsense" } })).toBe("unknown-commit");
  await promote({ ...base, what: { commit: "HEAD" } });
  expect(await refusal({ ...base, what: { commit: "HEAD" } })).toBe("already-released");
});

test("a branch that was edited after its verdict is not what was proven", async () => {
  await using home = makeHome();
  const commit = await commitOn(home, head(home), "Better.\n");
  const reworded = home.git("commit-tree", "-p", "HEAD", "-m", "Full message", `${commit}^{tree}`).trim();
  home.git("branch", "evolve/x", reworded);
  const what = { candidate: candidateOf(commit, head(home), { branch: "evolve/x" }) };
  const base = { repo: home.repo, store: home.store, reason: "r", what };
  const edited = await commitOn(home, head(home), "Edited by hand.\n");
  home.git("branch", "-f", "evolve/x", edited);
  expect(await refusal(base)).toBe("changed-since-verdict");
  const elsewhere = home.git("commit-tree", "-p", "HEAD", "-p", edited, "-m", "m", `${commit}^{tree}`).trim();
  home.git("branch", "-f", "evolve/x", elsewhere);
  expect(await refusal(base)).toBe("changed-since-verdict");
  home.git("branch", "-f", "evolve/x", reworded);
  expect((await promote(base)).to).toBe(reworded);
});

test("the probe has the last word before the pointer moves", async () => {
  await using home = makeHome();
  const commit = await commitOn(home, head(home), "Better.\n");
  const base = { repo: home.repo, store: home.store, reason: "r", what: { commit } };
  const seen: string[] = [];
  const probe = async (sha: string) => {
    seen.push(sha);
    return { kind: "unhealthy", found: "the harness does not start" } as const;
  };
  expect(await refusal({ ...base, probe })).toBe("unhealthy");
  expect(seen).toEqual([commit]);
  expect((await currentRelease(home.repo)).pinned).toBe(false);
  const found = await promote({ ...base, probe: async () => ({ kind: "healthy", found: "it starts" }) });
  expect(found.probe).toBe("it starts");
  expect((await currentRelease(home.repo)).commit).toBe(commit);
  const again = { ...base, what: { commit: await commitOn(home, commit, "Worse.\n") }, probe };
  expect(await promote({ ...again, force: true })).toMatchObject({ probe: "the harness does not start" });
});

test("of two promotions at once exactly one wins", async () => {
  await using home = makeHome();
  const commits = [
    await commitOn(home, head(home), "First.\n"),
    await commitOn(home, head(home), "Second.\n"),
  ];
  // Both are past their checks before either moves the pointer.
  const both = Promise.withResolvers<Health>();
  let waiting = 0;
  const probe = () => {
    if (++waiting === 2) both.resolve({ kind: "healthy", found: "both wait" });
    return both.promise;
  };
  const ends = await Promise.all(
    commits.map((commit) =>
      refusal({ repo: home.repo, store: home.store, what: { commit }, reason: "r", probe }),
    ),
  );
  expect(ends.toSorted()).toEqual(["promoted", "release-moved"]);
  const states = (await listReleases(home.repo, home.store)).map((entry) => [entry.state, entry.current]);
  expect(states).toEqual([["done", true]]);
});

test("releases are listed newest first, with the one of now", async () => {
  await using home = makeHome();
  const first = await commitOn(home, head(home), "First.\n");
  const second = await commitOn(home, first, "Second.\n");
  const base = { repo: home.repo, store: home.store };
  await promote({ ...base, what: { commit: first }, reason: "one", now: () => new Date(1000) });
  await promote({ ...base, what: { commit: second }, reason: "two", now: () => new Date(2000) });
  const listed = await listReleases(home.repo, home.store);
  expect(listed.map((entry) => [entry.reason, entry.current])).toEqual([
    ["two", true],
    ["one", false],
  ]);
});

test("a process that died between journal and pointer, or between pointer and receipt, is settled by the pointer", async () => {
  await using home = makeHome();
  const from = head(home);
  const moved = await commitOn(home, from, "Moved.\n");
  const never = await commitOn(home, from, "Never.\n");
  const open = (to: string) => ({
    key: `2026-11-21T10:00:00.000Z-${to.slice(0, 12)}`,
    at: "2026-11-21T10:00:00.000Z",
    kind: "promote",
    state: "started",
    from,
    to,
    reason: "r",
    forced: false,
  });
  const gone = "0".repeat(39).concat("1");
  for (const to of [moved, never, gone]) await home.store.put(RECEIPTS, open(to).key, open(to));
  home.git("update-ref", RELEASE_REF, moved);
  const states = (await listReleases(home.repo, home.store)).map((entry) => [
    entry.to,
    entry.state,
    entry.current,
  ]);
  expect(states.toSorted()).toEqual(
    [
      [moved, "done", true],
      [never, "failed", false],
      [gone, "failed", false],
    ].toSorted(),
  );
});

test("locks of a git that was killed are taken away, and those of a living one are waited for", async () => {
  await using home = makeHome();
  const first = await commitOn(home, head(home), "First.\n");
  const second = await commitOn(home, first, "Second.\n");
  const base = { repo: home.repo, store: home.store, reason: "r" };
  const lock = join(home.repo, ".git", `${RELEASE_REF}.lock`);
  mkdirSync(dirname(lock), { recursive: true });
  writeFileSync(lock, "");
  utimesSync(lock, new Date(1000), new Date(1000));
  expect((await promote({ ...base, what: { commit: first } })).state).toBe("done");
  expect(existsSync(lock)).toBe(false);
  writeFileSync(lock, "");
  const living = setTimeout(500).then(() => rmSync(lock));
  expect((await promote({ ...base, what: { commit: second } })).state).toBe("done");
  await living;
  expect((await currentRelease(home.repo)).commit).toBe(second);
});

test("two processes at once: one promotes, and the other is told that the release has moved", async () => {
  await using home = await makeKilledHome();
  expect(await home.race()).toEqual({
    promoted: 1,
    refused: [expect.stringContaining("the release is")],
    problems: [],
  });
});

test("the pointer does not move when the journal cannot be written", async () => {
  await using home = makeHome();
  const commit = await commitOn(home, head(home), "Better.\n");
  const full: Documents = {
    get: (...at) => home.store.get(...at),
    list: (name) => home.store.list(name),
    put: () => Promise.reject(new Error("disk full")),
  };
  await expect(promote({ repo: home.repo, store: full, what: { commit }, reason: "r" })).rejects.toThrow(
    "disk full",
  );
  expect((await currentRelease(home.repo)).pinned).toBe(false);
});
