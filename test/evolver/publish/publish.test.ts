import { expect, test } from "vitest";
import { candidateRef, commitCandidate } from "../../../evolver/commit.ts";
import { publish } from "../../../evolver/publish/publish.ts";
import type { Candidate } from "../../../evolver/candidate.ts";
import { candidateOf, edit, makeHome, PATHS, proposal, type Home } from "../../helpers/home.ts";

const now = new Date("2026-11-21T23:59:00Z");

async function candidate(
  home: Home,
  after: string,
  more: Partial<Candidate> = {},
  title?: string,
): Promise<Candidate> {
  const parent = home.git("rev-parse", "HEAD").trim();
  const patch = proposal([edit("prompts/system.md", after)], title);
  const commit = await commitCandidate({
    repo: home.repo,
    parent,
    proposal: patch,
    message: "Draft",
    paths: PATHS,
  });
  return candidateOf(commit, parent, { proposal: patch, ...more });
}

test("an accepted candidate becomes one commit with the replayed tree and the full message", async () => {
  await using home = makeHome();
  const one = await candidate(home, "Better.\n");
  const published = await publish({
    repo: home.repo,
    candidate: one,
    message: "Count from two\n\nWhy.\n",
    now,
  });
  expect(published).toMatchObject({ kind: "branch", branch: "evolve/2026-11-21-count-from-two" });
  const tip = home.git("rev-parse", "evolve/2026-11-21-count-from-two").trim();
  expect(home.git("log", "-1", "--format=%P|%T|%an|%B", tip).trim()).toBe(
    `${one.parent}|${home.git("rev-parse", `${one.commit}^{tree}`).trim()}|Ratchet|Count from two\n\nWhy.`,
  );
  expect(published).toMatchObject({ commit: tip });
  expect(tip).not.toBe(one.commit);
  expect(home.git("rev-parse", candidateRef(one.id)).trim()).toBe(one.commit);
});

test("two patches of one name get two branches; the same patch again gets its own", async () => {
  await using home = makeHome();
  const first = await candidate(home, "One.\n");
  const second = await candidate(home, "Two.\n");
  const branchOf = async (one: Candidate) => {
    const published = await publish({ repo: home.repo, candidate: one, message: "m\n", now });
    return published.kind === "branch" ? published.branch : published.ref;
  };
  expect(await branchOf(first)).toBe("evolve/2026-11-21-count-from-two");
  expect(await branchOf(second)).toBe("evolve/2026-11-21-count-from-two-2");
  expect(await branchOf(first)).toBe("evolve/2026-11-21-count-from-two");
  expect(await branchOf(second)).toBe("evolve/2026-11-21-count-from-two-2");
});

test("many at once never share a branch", async () => {
  await using home = makeHome();
  const all: Candidate[] = [];
  for (const text of ["1", "2", "3", "4"]) all.push(await candidate(home, text));
  const published = await Promise.all(
    all.map((one) => publish({ repo: home.repo, candidate: one, message: "m\n", now })),
  );
  const branches = published.map((one) => (one.kind === "branch" ? one.branch : one.ref));
  expect(new Set(branches).size).toBe(4);
  for (const [i, branch] of branches.entries()) {
    const text = home.git("show", `${branch}:prompts/system.md`);
    expect(text).toBe(all[i]?.proposal.edits[0]?.after);
  }
});

test.each([
  ["Ärger & Über: --force ../../x\n.lock", "evolve/2026-11-21-a-rger-u-ber-force-x-lock"],
  ["修复", "evolve/2026-11-21-ID"],
  ["x".repeat(200), `evolve/2026-11-21-${"x".repeat(40)}`],
])("any title makes a branch name: %j", async (title, expected) => {
  await using home = makeHome();
  const one = await candidate(home, "Better.\n", {}, title);
  const published = await publish({ repo: home.repo, candidate: one, message: "m\n", now });
  expect(published).toMatchObject({ branch: expected.replace("ID", one.id) });
});

test.each([
  ["reject", "refs/ratchet/rejected"],
  ["inconclusive", "refs/ratchet/inconclusive"],
] as const)("a candidate with verdict %s is kept under %s, not shown as a branch", async (verdict, under) => {
  await using home = makeHome();
  const one = await candidate(home, "Worse.\n", { verdict });
  for (let twice = 0; twice < 2; twice++) {
    const published = await publish({ repo: home.repo, candidate: one, message: "", now });
    expect(published).toEqual({ kind: "kept", ref: `${under}/${one.id}` });
  }
  expect(
    home.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/ratchet", "refs/heads/evolve").trim(),
  ).toBe(`${under}/${one.id} ${one.commit}`);
});

test("what is not one commit on top of the judged parent is not published", async () => {
  await using home = makeHome();
  const one = await candidate(home, "Better.\n");
  const deeper = home.git("commit-tree", "-p", one.commit, "-m", "x", `${one.commit}^{tree}`).trim();
  const attempt = (commit: string) =>
    publish({ repo: home.repo, candidate: { ...one, commit }, message: "m\n", now });
  await expect(attempt(deeper)).rejects.toThrow("not one commit on top of");
  await expect(attempt("1".repeat(40))).rejects.toThrow("is gone");
  expect(home.git("for-each-ref", "refs/heads/evolve")).toBe("");
});
