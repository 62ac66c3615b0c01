import { expect, test } from "vitest";
import { commitCandidate } from "../../evolver/commit.ts";
import { approve, promotePatch } from "../../evolver/promote.ts";
import { DECISIONS } from "../../evolver/patches/decisions.ts";
import { patchNamed } from "../../evolver/patches/find.ts";
import { listPatches } from "../../evolver/patches/list.ts";
import { rejectPatch } from "../../evolver/patches/reject.ts";
import { releasedPatches } from "../../evolver/patches/released.ts";
import { CANDIDATES, saveCandidate } from "../../evolver/patches/saved.ts";
import { publish } from "../../evolver/publish/publish.ts";
import { rollbackRelease } from "../../evolver/rollback.ts";
import { currentRelease } from "../../replay/release/release.ts";
import type { Candidate } from "../../evolver/candidate.ts";
import { openHome } from "../../runtime/kernel/home/home.ts";
import { candidateOf, edit, GENOME, makeHome, PATHS, proposal, type Home } from "../helpers/home.ts";

const FILES = { ...GENOME, "guardrails.yaml": "version: 1\n" };
const probe = async () => ({ kind: "healthy", found: "it lives" }) as const;
const kept = { task: "suite/a", tree: "1".repeat(40) };

const now = () => new Date("2026-11-21T10:00:00Z");

async function published(home: Home, after: string, more: Partial<Candidate> = {}): Promise<Candidate> {
  const parent = home.git("rev-parse", "HEAD").trim();
  const patch = proposal([edit("prompts/system.md", after), edit("prompts/new.md", after, undefined)]);
  const commit = await commitCandidate({
    repo: home.repo,
    parent,
    proposal: patch,
    message: "Draft",
    paths: PATHS,
  });
  const candidate = candidateOf(commit, parent, { proposal: patch, ...more });
  const where = await publish({ repo: home.repo, candidate, message: "m\n", now: now() });
  const saved = { ...candidate, branch: where.kind === "branch" ? where.branch : undefined };
  await saveCandidate(home.store, saved);
  return saved;
}

test("a candidate comes back from the store as it went in, by id, prefix or branch", async () => {
  await using home = makeHome();
  const one = await published(home, "One.\n");
  for (const name of [one.id, one.id.slice(0, 5), one.branch ?? ""]) {
    expect(await patchNamed(home.store, name)).toEqual({ candidate: one, decision: undefined });
  }
  expect(await listPatches(home.store)).toHaveLength(1);
});

test("an unknown or ambiguous id says what to choose from", async () => {
  await using home = makeHome();
  await expect(patchNamed(home.store, "x")).rejects.toMatchObject({ hint: "run `agent evolve` first" });
  const one = candidateOf("ab1".padEnd(40, "0"), "f".repeat(40));
  const two = candidateOf("ab2".padEnd(40, "0"), "f".repeat(40));
  for (const candidate of [one, two]) await saveCandidate(home.store, candidate);
  await expect(patchNamed(home.store, "ab")).rejects.toThrow("several patches start with ab");
  await expect(patchNamed(home.store, "")).rejects.toThrow("several patches");
  await expect(patchNamed(home.store, "zz")).rejects.toMatchObject({
    hint: `choose one of: ${one.id}, ${two.id}`,
  });
});

test("a document that is no candidate is an error that names it", async () => {
  await using home = makeHome();
  await home.store.put(CANDIDATES, "odd", { id: "odd" });
  await expect(listPatches(home.store)).rejects.toThrow("candidate odd cannot be read");
});

test("a decision that cannot be read is an error that names it, never no decision", async () => {
  await using home = makeHome();
  await home.store.put(DECISIONS, "odd", { decision: "maybe" });
  await expect(listPatches(home.store)).rejects.toMatchObject({
    kind: "infrastructure",
    message: expect.stringContaining("the decision on odd cannot be read"),
  });
});

test("approving promotes what the branch shows, and the receipt alone says who decided", async () => {
  await using made = makeHome(FILES);
  const home = await openHome(made.repo);
  const one = await published(made, "One.\n", { cases: [kept] });
  const receipt = await approve(home, made.store, one.id, "looks right", { probe });
  expect(receipt).toMatchObject({
    patch: one.id,
    to: made.git("rev-parse", one.branch ?? "").trim(),
    reason: "looks right",
    probe: "it lives",
    cases: [kept],
  });
  expect((await currentRelease(made.repo)).commit).toBe(receipt.to);
  const { decision } = await patchNamed(made.store, one.id);
  expect(decision).toEqual({ decision: "approved", why: "looks right", at: receipt.at });
});

test("an approval that cannot be carried out is not recorded", async () => {
  await using made = makeHome(FILES);
  const home = await openHome(made.repo);
  const one = await published(made, "One.\n");
  const two = await published(made, "Two.\n");
  await approve(home, made.store, one.id, "", { probe });
  await expect(approve(home, made.store, two.id, "", { probe })).rejects.toMatchObject({
    refusal: "release-moved",
  });
  expect((await patchNamed(made.store, two.id)).decision).toBeUndefined();
  expect((await patchNamed(made.store, one.id)).decision).toMatchObject({ decision: "approved", why: "" });
});

test("a record that was changed since the verdict promotes nothing, and by force brings no unproven case", async () => {
  await using made = makeHome(FILES);
  const home = await openHome(made.repo);
  const one = await published(made, "One.\n", { verdict: "reject" });
  const record = await made.store.get(CANDIDATES, one.id);
  const edits = [
    { verdict: "accept" },
    { verdict: "accept", seal: undefined },
    { verdict: "accept", reasons: [] },
    { verdict: "accept", commit: one.parent },
    { verdict: "accept", cases: [kept] },
  ];
  for (const changed of edits) {
    await made.store.put(CANDIDATES, one.id, { ...Object(record), ...changed });
    await expect(promotePatch(home, made.store, one.id, { probe })).rejects.toMatchObject({
      refusal: "changed-since-verdict",
    });
  }
  await made.store.put(CANDIDATES, one.id, { ...Object(record), cases: [kept] });
  expect(await promotePatch(home, made.store, one.id, { probe, force: true })).toMatchObject({
    cases: [],
    forced: true,
  });
});

test("what is changed or turned down while it is being tried is not promoted", async () => {
  await using made = makeHome(FILES);
  const home = await openHome(made.repo);
  const one = await published(made, "One.\n");
  const record = await made.store.get(CANDIDATES, one.id);
  const meanwhile = (act: () => Promise<unknown>) => ({
    probe: async () => {
      await act();
      return probe();
    },
  });
  const editing = meanwhile(() => made.store.put(CANDIDATES, one.id, { ...Object(record), fixes: ["c"] }));
  await expect(promotePatch(home, made.store, one.id, editing)).rejects.toMatchObject({
    refusal: "changed-since-verdict",
  });
  await made.store.put(CANDIDATES, one.id, record);
  made.write("agent.yaml", "version: 1 # later\n");
  const moving = meanwhile(async () => made.commit("The release moves with HEAD"));
  await expect(promotePatch(home, made.store, one.id, moving)).rejects.toMatchObject({
    refusal: "release-moved",
  });
  made.git("reset", "--hard", "HEAD^");
  const rejecting = meanwhile(() =>
    rejectPatch({ repo: made.repo, store: made.store, id: one.id, reason: "no" }),
  );
  await expect(promotePatch(home, made.store, one.id, rejecting)).rejects.toThrow(
    "turned down by a person: no",
  );
  expect((await currentRelease(made.repo)).pinned).toBe(false);
});

test("what nothing can try is promoted by force only", async () => {
  await using made = makeHome(FILES);
  const home = await openHome(made.repo);
  const one = await published(made, "One.\n");
  await expect(promotePatch(home, made.store, one.id, { probe: undefined })).rejects.toThrow(
    "nothing here can try",
  );
  const receipt = await promotePatch(home, made.store, one.id, { probe: undefined, force: true });
  expect(receipt).toMatchObject({ state: "done", forced: true });
  expect(receipt.probe).toBeUndefined();
});

test("a patch is promoted until it is taken back, whichever way, and again after a return", async () => {
  await using made = makeHome(FILES);
  const home = await openHome(made.repo);
  const { store } = made;
  const one = await published(made, "One.\n");
  const two = await published(made, "Two.\n");
  const state = async (): Promise<unknown> => Object.fromEntries(await releasedPatches(home, store));
  expect(await state()).toEqual({});
  const first = await promotePatch(home, store, one.id, { probe });
  expect(await state()).toEqual({ [one.id]: "promoted" });
  await rollbackRelease(home, store, { patch: undefined });
  expect(await state()).toEqual({ [one.id]: "taken back" });
  await rollbackRelease(home, store, { to: first.to });
  expect(await state()).toEqual({ [one.id]: "promoted" });
  const back = await rollbackRelease(home, store, { patch: one.id });
  expect(back.reason).toBe(`without "m" (${first.to.slice(0, 12)})`);
  expect(await state()).toEqual({ [one.id]: "taken back" });
  // By force, what was never made on top of the release replaces it.
  await promotePatch(home, store, two.id, { probe, force: true });
  expect(await state()).toEqual({ [one.id]: "taken back", [two.id]: "promoted" });
  await promotePatch(home, store, first.to, { probe, force: true });
  expect(await state()).toEqual({ [one.id]: "promoted", [two.id]: "taken back" });
});

test("a commit that is promoted by hand goes by its subject, not by the revision that named it", async () => {
  await using made = makeHome(FILES);
  const home = await openHome(made.repo);
  made.write("prompts/system.md", "By hand.\n");
  const commit = made.commit("Say it better");
  const receipt = await promotePatch(home, made.store, "HEAD", { probe, force: true });
  expect(receipt.reason).toBe(`Say it better (${commit.slice(0, 12)}) by hand`);
});

test("what was turned down names both ways out", async () => {
  await using made = makeHome(FILES);
  const home = await openHome(made.repo);
  const one = await published(made, "One.\n");
  await rejectPatch({ repo: made.repo, store: made.store, id: one.id, reason: "no", now });
  await expect(promotePatch(home, made.store, one.id, { probe })).rejects.toMatchObject({
    hint: expect.stringMatching(/agent patches approve .*--force/),
  });
});

test("rejecting removes the branch and keeps the commit and the reason", async () => {
  await using home = makeHome();
  const one = await published(home, "One.\n");
  expect(
    await rejectPatch({ repo: home.repo, store: home.store, id: one.id, reason: "too broad", now }),
  ).toBe("deleted");
  expect(home.git("branch", "--list", "evolve/*")).toBe("");
  expect(home.git("rev-parse", `refs/ratchet/rejected/${one.id}`).trim()).toBe(one.commit);
  expect((await patchNamed(home.store, one.id)).decision).toMatchObject({
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

test("a decision that cannot be read is an error that names it", async () => {
  await using home = makeHome(FILES);
  const one = await published(home, "One.\n");
  await home.store.put("decisions", one.id, { decision: "maybe" });
  await expect(patchNamed(home.store, one.id)).rejects.toMatchObject({
    kind: "infrastructure",
    message: expect.stringContaining(`the decision on ${one.id} cannot be read`),
  });
});
