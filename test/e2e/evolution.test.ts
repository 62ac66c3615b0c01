/** The loop on a naive home, step by step as a user takes it: each test goes on where the one before it ended. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { agent, agentJson, agentJsonAs, ended, sandboxFolder, startAgent, until } from "./agent.ts";
import { checkoutOf, git, naiveHome } from "./small-suite.ts";

const folder = sandboxFolder();
let home = "";
let before = "";
let accepted: Patch[] = [];
let rejected: Patch[] = [];

beforeAll(async () => {
  home = await naiveHome(folder.dir);
  before = checkoutOf(home);
});
afterAll(() => folder[Symbol.dispose]());

describe("from failure to release and back", () => {
  it("fails at first, and groups the failures", async () => {
    expect(await at(["run", "--suite", "small"], 1)).toMatchObject({ passed: 1, total: 5 });
    const { clusters } = z
      .object({ clusters: z.array(z.object({ count: z.number() })) })
      .parse(await at(["failures"]));
    expect(clusters.map(({ count }) => count)).toEqual([2, 2]);
    const { stdout } = await agent(["failures"], { cwd: home });
    expect(stdout).toContain("small/ports-shop");
    expect(stdout).toContain("agent evolve");
  });

  it("evolves one cycle at a time", async () => {
    const first = startAgent(["evolve", "--json"], { cwd: home });
    const end = ended(first);
    await until(() => existsSync(join(home, ".agent/evolve.lock")) || first.exitCode !== null);
    const second = await agent(["evolve"], { cwd: home });
    expect(second).toMatchObject({ code: 5 });
    expect(second.stderr).toMatch(
      new RegExp(`another cycle is going on in ${home}( \\(process ${first.pid}, since .*\\))?`),
    );
    const { code, stdout, stderr } = await end;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      before: { passed: 1, total: 5 },
      after: { passed: 5, total: 5 },
      promoted: [],
    });
  });

  it("lists what waits for review, in the order in which it stacks", async () => {
    accepted = await agentJsonAs(z.array(Patch), ["patches"], { cwd: home });
    const all = await agentJsonAs(z.array(Patch), ["patches", "list", "--all"], { cwd: home });
    rejected = all.filter(({ candidate }) => candidate.verdict === "reject");
    expect(accepted.map(({ candidate }) => candidate.verdict)).toEqual(["accept", "accept"]);
    expect(rejected.length).toBeGreaterThan(0);
    expect(rejected.every(({ candidate }) => candidate.reasons.some(({ holds }) => holds === "fails"))).toBe(
      true,
    );
    // The second was proven on top of the first.
    expect(git(home, "merge-base", "--is-ancestor", branchOf(0), branchOf(1))).toBe("");
    const { stdout } = await agent(["patches"], { cwd: home });
    expect(stdout.indexOf(branchOf(0))).toBeLessThan(stdout.indexOf(branchOf(1)));
    expect(checkoutOf(home)).toBe(before);
  });

  it("shows reasons and difference, by id, beginning of it, and branch", async () => {
    const { id } = candidate(0);
    for (const name of [id, id.slice(0, 8), branchOf(0)]) {
      expect(await at(["patches", "show", name])).toMatchObject({ candidate: { id } });
    }
    const shown = await agent(["patches", "show", id], { cwd: home });
    expect(shown.stdout).toMatch(/^✓ \S+: /m);
    const diff = await agent(["patches", "diff", id], { cwd: home });
    expect(diff.stdout).toMatch(/^--- a\/harness\/\w+\.ts$/m);
    expect(
      z
        .object({ diff: z.string() })
        .parse(await at(["patches", "diff", id]))
        .diff.trimEnd(),
    ).toBe(diff.stdout.trimEnd());
  });

  it("refuses what is ambiguous or not known", async () => {
    expect(await at(["patches", "show", ""], 2)).toMatchObject({ error: { kind: "usage" } });
    expect(await at(["patches", "show", "evolve/"], 2)).toMatchObject({ error: { kind: "usage" } });
    expect(await at(["promote", "evolve/nothing"], 2)).toMatchObject({ error: { kind: "usage" } });
    expect(await at(["patches", "reject", "zzzz"], 2)).toMatchObject({ error: { kind: "usage" } });
  });

  it("refuses what was turned down, and what rests on something that is not released", async () => {
    expect(await at(["promote", candidateId(rejected[0])], 4)).toMatchObject({ error: { kind: "refused" } });
    expect(await at(["promote", branchOf(1)], 4)).toMatchObject({ error: { kind: "refused" } });
    expect(await at(["promote", "HEAD"], 4)).toMatchObject({ error: { kind: "refused" } });
  });

  it("promotes once", async () => {
    expect(await at(["promote", branchOf(0)])).toMatchObject({
      kind: "promote",
      forced: false,
      to: tip(branchOf(0)),
    });
    expect(await at(["promote", branchOf(0)], 4)).toMatchObject({
      error: { message: expect.stringContaining("is the release already") },
    });
    expect(await at(["releases"])).toMatchObject({ current: tip(branchOf(0)), pinned: true });
    expect(await at(["patches"])).toMatchObject([{ promoted: true }, { promoted: false }]);
    expect(checkoutOf(home)).toBe(before);
  });

  it("approves with a reason, and runs better then", async () => {
    expect(await at(["patches", "approve", branchOf(1), "reads well"])).toMatchObject({
      to: tip(branchOf(1)),
    });
    expect(await at(["patches"])).toMatchObject([
      {},
      { decision: { decision: "approved", why: "reads well" } },
    ]);
    expect(await at(["run", "--suite", "small"])).toMatchObject({ passed: 5 });
    expect(await at(["run", "--suite", "small", "--release", "main"], 1)).toMatchObject({ passed: 1 });
  });

  it("takes the last promotion back, then all of it, with new commits", async () => {
    const history = git(home, "rev-list", "refs/ratchet/release");
    expect(await at(["rollback"])).toMatchObject({ kind: "rollback", from: tip(branchOf(1)) });
    expect(await at(["patches"])).toMatchObject([
      { promoted: true, takenBack: false },
      { promoted: false, takenBack: true },
    ]);
    expect(await at(["rollback", branchOf(1)], 2)).toMatchObject({
      error: { message: expect.stringContaining("was taken back already") },
    });
    expect(await at(["rollback", "--to", candidateId(rejected[0])], 4)).toMatchObject({
      error: { kind: "refused", message: expect.stringContaining("was never a release") },
    });
    expect(genomeOf("refs/ratchet/release")).toBe(genomeOf(branchOf(0)));
    expect(await at(["rollback", "--to", "main"])).toMatchObject({ kind: "rollback" });
    expect(genomeOf("refs/ratchet/release")).toBe(genomeOf("main"));
    expect(git(home, "rev-list", "refs/ratchet/release")).toContain(history);
    expect(await at(["rollback"], 2)).toMatchObject({ error: { kind: "usage" } });
    expect(await at(["rollback", "--to", "nothing"], 2)).toMatchObject({ error: { kind: "usage" } });
    expect(await at(["rollback", "x", "--to", "main"], 2)).toMatchObject({ error: { kind: "usage" } });
    const all = (await agent(["patches", "list", "--all"], { cwd: home })).stdout;
    expect(all.match(/ (open|promoted|approved|taken back) /g)).toEqual([" taken back ", " taken back "]);
    const { stdout } = await agent(["releases"], { cwd: home });
    expect(stdout).toMatch(/back to ".+" \([0-9a-f]{12}\)/);
    expect(stdout.match(/promote|rollback/g)).toEqual(["rollback", "rollback", "promote", "promote"]);
  });

  it("promotes by force what was turned down, and says so", async () => {
    const { code, stdout } = await agent(["promote", candidateId(rejected[0]), "--force"], { cwd: home });
    expect(code).toBe(0);
    expect(stdout).toContain("(by force)");
    expect((await agent(["releases"], { cwd: home })).stdout).toContain("forced");
  });

  it("rejects with a reason, and keeps the commit", async () => {
    const { commit, id } = candidate(1);
    expect(await at(["patches", "reject", branchOf(1), "too broad"])).toMatchObject({ branch: "deleted" });
    expect(git(home, "cat-file", "-t", commit)).toBe("commit\n");
    expect(await at(["promote", id], 4)).toMatchObject({
      error: { message: `${id} was turned down by a person: too broad` },
    });
    expect(await at(["promote", id, "--force"])).toMatchObject({ to: commit, forced: true });
    expect(await at(["patches", "reject", id], 2)).toMatchObject({
      error: { message: `${id} is part of the release` },
    });
    expect(git(home, "branch", "--list", "evolve/*").trim()).toBe(branchOf(0));
    expect(checkoutOf(home)).toBe(before);
  });
});

describe("a home that is not as it should be", () => {
  it("stops at an invalid agent.yaml, with file and line", async () => {
    const file = join(home, "agent.yaml");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, `${text}\nbudgetss: {}\n`);
    const line = text.split("\n").length + 1;
    for (const args of [["runs"], ["run", "--suite", "small"], ["evolve"], ["promote", "x"], ["releases"]]) {
      expect(await at(args, 2)).toMatchObject({
        error: {
          kind: "config",
          message: `${file}:${line}: unknown key "budgetss"; did you mean "budgets"?`,
        },
      });
    }
    writeFileSync(file, text);
  });

  it("says what is missing", async () => {
    expect(await agentJson(["runs", "--home", folder.dir], { code: 2 })).toMatchObject({
      error: { kind: "config" },
    });
    expect(await at(["run", "--suite", "../small"], 2)).toMatchObject({ error: { kind: "usage" } });
    expect(await at(["run", "--suite", "smal"], 2)).toMatchObject({
      error: { message: 'there is no suite "smal"; did you mean "small"?' },
    });
    expect(await at(["run", "--suite", "small", "--release", "deadbeef"], 2)).toMatchObject({
      error: { kind: "config" },
    });
  });

  it("runs with a detached HEAD", async () => {
    git(home, "checkout", "--quiet", "--detach");
    expect(await at(["run", "--task", join(home, "tasks/small/names-upload")])).toMatchObject({
      status: "done",
    });
    git(home, "checkout", "--quiet", "main");
  });
});

const Patch = z.object({
  candidate: z.object({
    id: z.string(),
    commit: z.string(),
    verdict: z.string(),
    branch: z.string().optional(),
    reasons: z.array(z.object({ holds: z.string() })),
  }),
});
type Patch = z.infer<typeof Patch>;

async function at(args: readonly string[], code = 0): Promise<unknown> {
  return agentJson(args, { cwd: home, code });
}

function candidate(index: number): Patch["candidate"] {
  const found = accepted[index];
  if (found === undefined) throw new Error(`there is no accepted candidate ${index}`);
  return found.candidate;
}

function branchOf(index: number): string {
  return candidate(index).branch ?? "";
}

function candidateId(patch: Patch | undefined): string {
  return patch?.candidate.id ?? "";
}

function tip(revision: string): string {
  return git(home, "rev-parse", revision).trim();
}

function genomeOf(revision: string): string {
  return git(home, "ls-tree", "-r", revision, "harness", "prompts", "skills");
}
