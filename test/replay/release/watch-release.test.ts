import { expect, test } from "vitest";
import { commitCandidate } from "../../../evolver/commit.ts";
import { bankOf } from "../../../replay/bank/bank.ts";
import { promote } from "../../../replay/release/promote.ts";
import { listReleases } from "../../../replay/release/receipts.ts";
import { currentRelease } from "../../../replay/release/release.ts";
import { rollback } from "../../../replay/release/rollback.ts";
import { watchRelease } from "../../../replay/release/watch-release.ts";
import { openHome } from "../../../runtime/kernel/home/home.ts";
import { GENOME, makeHome, PATHS, proposal, type Home } from "../../helpers/home.ts";

const FILES = { ...GENOME, "guardrails.yaml": "version: 1\n" };
const PROMPT = "prompts/system.md";
const TASKS = Array.from({ length: 12 }, (_, i) => `suite/t${i}`);

/** Promotes a commit on the present release that makes the prompt say `text`. */
async function promoted(home: Home, text: string): Promise<string> {
  const parent = (await currentRelease(home.repo)).commit;
  const before = home.git("show", `${parent}:${PROMPT}`);
  const commit = await commitCandidate({
    repo: home.repo,
    parent,
    proposal: proposal([{ path: PROMPT, before, after: text }]),
    message: text,
    paths: PATHS,
  });
  await promote({ repo: home.repo, store: home.store, what: { commit }, reason: text });
  return commit;
}

let runs = 0;

/** A labelled live run of each task. */
async function ran(home: Home, release: string, pass: boolean, tasks: readonly (string | null)[] = TASKS) {
  for (const task of tasks) {
    const id = `run-${String(runs++).padStart(6, "0")}`;
    const instruction = "Do it.";
    const run = {
      id,
      purpose: "live",
      task,
      instruction,
      release,
      model: "m",
      workspace: "/w",
      snapshot: null,
    };
    await home.store.startRun({ ...run, purpose: "live" });
    await home.store.setOutcome(id, { kind: task === null ? "feedback" : "verified", pass });
  }
}

const watch = async (home: Home) => watchRelease(await openHome(home.repo), home.store);
const prompt = async (home: Home) =>
  home.git("show", `${(await currentRelease(home.repo)).commit}:${PROMPT}`);
const release = async (home: Home) => (await currentRelease(home.repo)).commit;

test("a promotion after which everything fails is taken back, and the notice says which", async () => {
  await using home = makeHome(FILES);
  await ran(home, await release(home), true);
  const bad = await promoted(home, "Bad.\n");
  await ran(home, bad, false);
  const notice = await watch(home);
  expect(notice).toMatch(new RegExp(`^Rolled back ${bad.slice(0, 12)} by itself: 12 worse and 0 better`));
  expect(notice).toContain(`The release is ${(await release(home)).slice(0, 12)} now`);
  expect(await prompt(home)).toBe("You are an agent.\n");
  expect(await watch(home)).toBeUndefined();
});

test("tasks that fell become cases of the bank with the rollback; those that are gone are named", async () => {
  await using home = makeHome(FILES);
  for (const task of ["suite/t0", "suite/t1"])
    home.write(
      `tasks/${task}/task.yaml`,
      "version: 1\ninstruction: Write nothing.\nverify: [{ absent: out.txt }]\n",
    );
  const first = await release(home);
  await ran(home, first, true);
  await ran(home, first, false, ["suite/t1"]);
  const bad = await promoted(home, "Bad.\n");
  await ran(home, bad, false, [...TASKS, ...TASKS]);
  await ran(home, bad, true, ["suite/t1"]);
  const notice = await watch(home);
  expect(notice).toContain(
    "New cases of the bank: suite/t0. Worse as well, but not kept as a case: suite/t10 (",
  );
  const open = await openHome(home.repo);
  expect(await bankOf(open, home.store)).toMatchObject([{ kind: "ready", task: { id: "suite/t0" } }]);
  expect((await listReleases(home.repo, home.store))[0]).toMatchObject({
    kind: "rollback",
    cases: [{ task: "suite/t0" }],
  });
});

test("a stack of promotions is compared with the newest release that has labelled runs, and taken back to it", async () => {
  await using home = makeHome(FILES);
  const first = await release(home);
  await ran(home, first, false);
  const good = await promoted(home, "Good.\n");
  await ran(home, good, true);
  await promoted(home, "Middle.\n");
  await promoted(home, "More.\n");
  const top = await promoted(home, "Top.\n");
  await ran(home, top, false);
  const notice = await watch(home);
  expect(notice).toContain(`Rolled back ${top.slice(0, 12)} by itself, and with it 2 releases before it`);
  expect(notice).toContain(`returned to ${good.slice(0, 12)}`);
  expect(await prompt(home)).toBe("Good.\n");
  expect((await listReleases(home.repo, home.store))[0]).toMatchObject({ kind: "rollback", patch: good });
});

test("what was taken back is never returned to: neither by its release nor by its patch", async () => {
  for (const what of ["to", "patch"] as const) {
    await using home = makeHome(FILES);
    const first = await release(home);
    await ran(home, first, true);
    const bad = await promoted(home, "Bad.\n");
    await ran(home, bad, true);
    await rollback({
      repo: home.repo,
      store: home.store,
      what: what === "to" ? { to: first } : { patch: bad },
      paths: PATHS,
      reason: "a person said so",
    });
    const next = await promoted(home, "Worse.\n");
    await ran(home, next, false);
    expect(await watch(home)).toContain(`returned to ${first.slice(0, 12)}`);
    expect(await prompt(home)).toBe("You are an agent.\n");
  }
});

test("a patch taken out from the middle: the release below it is the one to return to", async () => {
  await using home = makeHome(FILES);
  const first = await release(home);
  await ran(home, first, true);
  const bad = await promoted(home, "Bad.\n");
  const parent = await release(home);
  const later = await commitCandidate({
    repo: home.repo,
    parent,
    proposal: proposal([{ path: "skills/new/SKILL.md", before: undefined, after: "new\n" }]),
    message: "Add a skill",
    paths: PATHS,
  });
  await promote({ repo: home.repo, store: home.store, what: { commit: later }, reason: "skill" });
  await ran(home, later, true);
  await rollback({ repo: home.repo, store: home.store, what: { patch: bad }, paths: PATHS, reason: "bad" });
  await ran(home, await promoted(home, "Worse.\n"), false);
  expect(await watch(home)).toContain(`returned to ${first.slice(0, 12)}`);
});

test("what a person forces again is judged by the runs since then", async () => {
  await using home = makeHome(FILES);
  await ran(home, await release(home), true);
  const bad = await promoted(home, "Bad.\n");
  await ran(home, bad, false);
  expect(await watch(home)).toBeDefined();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await promote({ repo: home.repo, store: home.store, what: { commit: bad }, force: true, reason: "again" });
  expect(await watch(home)).toBeUndefined();
  expect(await release(home)).toBe(bad);
  await ran(home, bad, false);
  expect(await watch(home)).toContain("Rolled back");
});

test("only looks at something new spend of the level", async () => {
  await using home = makeHome(FILES);
  await ran(home, await release(home), true);
  const bad = await promoted(home, "Bad.\n");
  await ran(home, bad, false, TASKS.slice(0, 2));
  for (let look = 0; look < 30; look++) expect(await watch(home)).toBeUndefined();
  await ran(home, bad, false, TASKS.slice(2, 10));
  // The second look has 0.01 / 6, for which 10 tasks suffice; the 31st would have 0.01 / 992.
  expect(await watch(home)).toMatch(/10 worse and 0 better .* ≤ 0\.0016/);
});

test("a label that changed is something new", async () => {
  await using home = makeHome(FILES);
  await ran(home, await release(home), true);
  const bad = await promoted(home, "Bad.\n");
  const since = runs;
  await ran(home, bad, true);
  expect(await watch(home)).toBeUndefined();
  for (let i = since; i < runs; i++)
    await home.store.setOutcome(`run-${String(i).padStart(6, "0")}`, { kind: "verified", pass: false });
  expect(await watch(home)).toContain("Rolled back");
  const [entry] = await home.store.list("watch");
  expect(entry?.value).toMatchObject({ looks: 2 });
});

test("an instruction that is given again and again is one task", async () => {
  await using home = makeHome(FILES);
  await ran(
    home,
    await release(home),
    true,
    TASKS.map(() => null),
  );
  const bad = await promoted(home, "Bad.\n");
  await ran(
    home,
    bad,
    false,
    TASKS.map(() => null),
  );
  expect(await watch(home)).toBeUndefined();
});

test("a patch and another that undoes it are no reason to go back", async () => {
  await using home = makeHome(FILES);
  await ran(home, await release(home), true);
  await promoted(home, "Other.\n");
  const same = await promoted(home, "You are an agent.\n");
  await ran(home, same, false);
  expect(await watch(home)).toBeUndefined();
  expect(await release(home)).toBe(same);
});

test("nothing to compare with, nothing done", async () => {
  await using home = makeHome(FILES);
  expect(await watch(home)).toBeUndefined();
  const only = await promoted(home, "Only.\n");
  await ran(home, only, false);
  expect(await watch(home)).toBeUndefined();
  expect(await home.store.list("watch")).toEqual([]);
});
