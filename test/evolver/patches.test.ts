import { expect, test } from "vitest";
import { commitCandidate } from "../../evolver/commit.ts";
import {
  approvePatch,
  CANDIDATES,
  listPatches,
  rejectPatch,
  saveCandidate,
  showPatch,
} from "../../evolver/patches.ts";
import { publish } from "../../evolver/publish/publish.ts";
import { currentRelease } from "../../replay/release/release.ts";
import type { Candidate } from "../../evolver/candidate.ts";
import { candidateOf, edit, makeHome, PATHS, proposal, type Home } from "../helpers/home.ts";

const now = () => new Date("2026-11-21T10:00:00Z");

async function published(home: Home, after: string): Promise<Candidate> {
  const parent = home.git("rev-parse", "HEAD").trim();
  const patch = proposal([edit("prompts/system.md", after), edit("prompts/new.md", after, undefined)]);
  const commit = await commitCandidate({
    repo: home.repo,
    parent,
    proposal: patch,
    message: "Draft",
    paths: PATHS,
  });
  const candidate = candidateOf(commit, parent, { proposal: patch });
  const where = await publish({ repo: home.repo, candidate, message: "m\n", now: now() });
  const saved = { ...candidate, branch: where.kind === "branch" ? where.branch : undefined };
  await saveCandidate(home.store, saved);
  return saved;
}

test("a candidate comes back from the store as it went in, by id, prefix or branch", async () => {
  await using home = makeHome();
  const one = await published(home, "One.\n");
  for (const name of [one.id, one.id.slice(0, 5), one.branch ?? ""]) {
    expect(await showPatch(home.store, name)).toEqual({ candidate: one, decision: undefined });
  }
  expect(await listPatches(home.store)).toHaveLength(1);
});

test("an unknown or ambiguous id says what to choose from", async () => {
  await using home = makeHome();
  await expect(showPatch(home.store, "x")).rejects.toMatchObject({ hint: "run `agent evolve` first" });
  const one = candidateOf("ab1".padEnd(40, "0"), "f".repeat(40));
  const two = candidateOf("ab2".padEnd(40, "0"), "f".repeat(40));
  for (const candidate of [one, two]) await saveCandidate(home.store, candidate);
  await expect(showPatch(home.store, "ab")).rejects.toThrow("several patches start with ab");
  await expect(showPatch(home.store, "")).rejects.toThrow("several patches");
  await expect(showPatch(home.store, "zz")).rejects.toMatchObject({
    hint: `choose one of: ${one.id}, ${two.id}`,
  });
});

test("a document that is no candidate is an error that names it", async () => {
  await using home = makeHome();
  await home.store.put(CANDIDATES, "odd", { id: "odd" });
  await expect(listPatches(home.store)).rejects.toThrow("candidate odd cannot be read");
});

test("approving promotes what the branch shows and records who decided", async () => {
  await using home = makeHome();
  const one = await published(home, "One.\n");
  const receipt = await approvePatch({
    repo: home.repo,
    store: home.store,
    id: one.id,
    reason: "looks right",
    now,
  });
  expect(receipt).toMatchObject({ patch: one.id, to: home.git("rev-parse", one.branch ?? "").trim() });
  expect((await currentRelease(home.repo)).commit).toBe(receipt.to);
  expect((await showPatch(home.store, one.id)).decision).toEqual({
    decision: "approved",
    why: "looks right",
    at: "2026-11-21T10:00:00.000Z",
  });
});

test("an approval that cannot be carried out is not recorded", async () => {
  await using home = makeHome();
  const one = await published(home, "One.\n");
  const two = await published(home, "Two.\n");
  const base = { repo: home.repo, store: home.store, reason: "r", now };
  await approvePatch({ ...base, id: one.id });
  await expect(approvePatch({ ...base, id: two.id })).rejects.toMatchObject({ refusal: "release-moved" });
  expect((await showPatch(home.store, two.id)).decision).toBeUndefined();
});

test("rejecting removes the branch and keeps the commit and the reason", async () => {
  await using home = makeHome();
  const one = await published(home, "One.\n");
  expect(
    await rejectPatch({ repo: home.repo, store: home.store, id: one.id, reason: "too broad", now }),
  ).toBe("deleted");
  expect(home.git("branch", "--list", "evolve/*")).toBe("");
  expect(home.git("rev-parse", `refs/ratchet/rejected/${one.id}`).trim()).toBe(one.commit);
  expect((await showPatch(home.store, one.id)).decision).toMatchObject({
    decision: "rejected",
    why: "too broad",
  });
  expect(await rejectPatch({ repo: home.repo, store: home.store, id: one.id, reason: "still", now })).toBe(
    "none",
  );
});

test("a branch that is checked out, or that a person built upon, is left alone", async () => {
  await using home = makeHome();
  const one = await published(home, "One.\n");
  const two = await published(home, "Two.\n");
  const base = { repo: home.repo, store: home.store, reason: "r", now };
  home.git("checkout", "-q", one.branch ?? "");
  expect(await rejectPatch({ ...base, id: one.id })).toBe("kept");
  home.git("checkout", "-q", two.branch ?? "");
  home.write("prompts/system.md", "By hand.\n");
  home.commit("Improve it by hand");
  home.git("checkout", "-q", "main");
  expect(await rejectPatch({ ...base, id: two.id })).toBe("kept");
  expect(home.git("branch", "--list", "evolve/*").trim().split("\n")).toHaveLength(2);
});
