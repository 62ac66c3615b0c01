/** Every command on a default home, as a user runs it. One home for all of it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { closeTest, openTest } from "../../replay/gate/life.ts";
import { openSqliteStore } from "../../runtime/kernel/store/sqlite.ts";
import { agent, agentJson, agentJsonAs, oldNode, sandboxFolder } from "./agent.ts";
import { commitAll, git } from "./small-suite.ts";

const folder = sandboxFolder();
const home = join(folder.dir, "home");
const workspace = join(folder.dir, "data");
const CHORE = "Add up the amount column of sales.csv and write the sum to total.txt";

beforeAll(async () => {
  expect(await agent(["init", home])).toMatchObject({ code: 0, stderr: "" });
  mkdirSync(workspace);
  writeFileSync(join(workspace, "sales.csv"), "name,amount\nada,10.50\ngrace,20\n");
});
afterAll(() => folder[Symbol.dispose]());

describe("init", () => {
  it("leaves a committed, clean repository", () => {
    expect(git(home, "status", "--porcelain")).toBe("");
    expect(git(home, "branch", "--format=%(refname:short)")).toBe("main\nupstream\n");
    expect(readdirSync(home).toSorted()).toEqual(
      expect.arrayContaining(["agent.yaml", "guardrails.yaml", "harness", "prompts", "skills", "tasks"]),
    );
  });

  it("refuses a folder that is a home, is not empty, or is a file", async () => {
    await expectUsage(["init", home], "is a home already");
    await expectUsage(["init", workspace], "is not empty");
    await expectUsage(["init", join(home, "agent.yaml")], "is not a folder");
    await expectUsage(["init", join(home, "agent.yaml/below")], "cannot be made");
    await expectUsage(
      ["init", join(folder.dir, "x"), "--template", "best"],
      "Allowed choices are default, naive",
    );
  });

  it("takes a folder whose name needs quotes, and says how to enter it", async () => {
    const odd = "it's a new one";
    const { code, stdout } = await agent(["init", odd], { cwd: folder.dir });
    expect(code).toBe(0);
    const enter = /^Next: {2}cd (.*) && agent run/m.exec(stdout)?.[1];
    expect(
      execFileSync("/bin/sh", ["-c", `cd ${enter} && pwd`], { cwd: folder.dir, encoding: "utf8" }),
    ).toContain(odd);
  });
});

describe("doctor", () => {
  it("finds everything in order, and names what it looked at", async () => {
    const { checks } = await agentJsonAs(Checks, ["doctor"], { cwd: home });
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["node", "git", "sandbox: bwrap", "home", "model", "store", "disk"]),
    );
    expect(checks.filter(({ status }) => status === "broken")).toEqual([]);
  });

  it("warns where there is no home, and fails for a home that was named", async () => {
    const { checks } = await agentJsonAs(Checks, ["doctor"], { cwd: folder.dir });
    expect(checks.find(({ name }) => name === "home")).toMatchObject({ status: "warning" });
    await agentJson(["doctor", "--home", folder.dir], { code: 2 });
  });
});

describe("run and runs", () => {
  it("passes the example suite", async () => {
    const done = await agentJson(["run", "--suite", "example"], { cwd: home });
    expect(done).toMatchObject({
      suite: "example",
      passed: 1,
      total: 1,
      runs: [{ task: "example/total-of-a-column", pass: true }],
    });
  });

  it("does a chore in the user's own folder, which undo brings back", async () => {
    const { id } = await agentJsonAs(RunDone, ["run", CHORE, "--workspace", workspace], { cwd: home });
    expect(readFileSync(join(workspace, "total.txt"), "utf8").trim()).toBe("30.50");
    const runs = await agentJsonAs(z.array(Run), ["runs"], { cwd: home });
    expect(runs[0]).toMatchObject({ id, status: "done", outcome: { kind: "unknown" } });

    expect(await agentJson(["runs", "feedback", id.slice(0, 10), "good", "quick"], { cwd: home })).toEqual({
      run: id,
      feedback: "good",
      outcome: "feedback",
    });
    const shown = await agent(["runs", "show", id], { cwd: home });
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toContain(CHORE);
    expect(shown.stdout).toContain("feedback: good quick");
    expect(await agentJson(["runs", "show", id], { cwd: home })).toMatchObject({
      run: { id, outcome: { kind: "feedback", pass: true } },
    });

    const { saved } = await agentJsonAs(z.object({ saved: z.string() }), ["runs", "undo", id], { cwd: home });
    expect(readdirSync(workspace)).toEqual(["sales.csv"]);
    const { code, stdout } = await agent(["runs", "undo", id, "--to", saved.slice(0, 12)], { cwd: home });
    expect(code).toBe(0);
    expect(readFileSync(join(workspace, "total.txt"), "utf8").trim()).toBe("30.50");
    const back = /^agent (runs undo \S+ --to \S+) /m.exec(stdout)?.[1];
    expect((await agent(back?.split(" ") ?? [], { cwd: home })).code).toBe(0);
    expect(readdirSync(workspace)).toEqual(["sales.csv"]);
    await agentJson(["runs", "undo", id, "--to", "0000"], { cwd: home, code: 2 });
  });

  it("exits with 5 when the check of a task cannot decide, and counts it as no failure", async () => {
    const task = join(folder.dir, "undecided");
    mkdirSync(task);
    writeFileSync(
      join(task, "task.yaml"),
      `version: 1\ninstruction: ${CHORE}\nverify: [{ command: [no-such-program] }]\n`,
    );
    const { id } = await agentJsonAs(z.object({ id: z.string() }), ["run", "--task", task], {
      cwd: home,
      code: 5,
    });
    expect(await agentJson(["runs", "show", id], { cwd: home })).toMatchObject({
      run: { outcome: { kind: "unknown" } },
    });
  });

  it("tells the steps, the cost and the way back in text", async () => {
    const { code, stdout } = await agent(["run", CHORE, "--workspace", workspace], { cwd: home });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^done: The total of amount/m);
    expect(stdout).toMatch(/^\S+ {2}3 steps {2}\$0\.0000/m);
    expect(stdout).toMatch(/^agent runs undo \S+ /m);
    expect(stdout).not.toContain("\u001B");
  });

  it("exits with 1 when the agent gives up and 3 when a budget is used up", async () => {
    expect(
      await agentJson(["run", "Compose an opera", "--workspace", workspace], { cwd: home, code: 1 }),
    ).toMatchObject({
      status: "gave_up",
    });
    expect(
      await agentJson(["run", CHORE, "--workspace", workspace, "--max-steps", "1"], { cwd: home, code: 3 }),
    ).toMatchObject({
      status: "budget",
    });
  });

  it("runs two at once in one home", async () => {
    const tasks = [1, 2].map(() =>
      agentJson(["run", "--task", join(home, "tasks/example/total-of-a-column")], { cwd: home }),
    );
    const [one, two] = z.array(RunDone).parse(await Promise.all(tasks));
    expect(one?.id).not.toBe(two?.id);
  });

  it("exports lines of JSON, or one array", async () => {
    const lines = (await agent(["runs", "export"], { cwd: home })).stdout.trimEnd().split("\n");
    expect(await agentJson(["runs", "export"], { cwd: home })).toEqual(
      lines.map((line) => JSON.parse(line) as unknown),
    );
    expect(lines.length).toBeGreaterThanOrEqual(5);
  });

  it("lists as many as it is asked for, and says so", async () => {
    const { stdout } = await agent(["runs", "--limit", "2"], { cwd: home });
    expect(stdout.trimEnd().split("\n")).toHaveLength(4);
    expect(stdout).toContain("--limit N shows more");
  });

  it("has nothing to evolve where nothing failed", async () => {
    const { code, stdout } = await agent(["evolve"], { cwd: home });
    expect(code).toBe(0);
    expect(stdout).toContain("nothing to mend");
    expect(await agentJson(["patches", "--all"], { cwd: home })).toEqual([]);
    expect(await agentJson(["failures"], { cwd: home })).toMatchObject({ clusters: [] });
  });

  it("ends with what went wrong when the harness does not start", async () => {
    const { code, stdout } = await agent(
      ["run", CHORE, "--workspace", workspace, "--release", brokenHarness()],
      { cwd: home },
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ended: crashed: .*harness\/loop\.ts:\d+: Expression expected$/m);
  });
});

describe("gate", () => {
  const rows = (candidate: boolean): string =>
    [0, 1]
      .flatMap((trial) => [
        { case: "broken", arm: "baseline", trial, pass: false, role: "failing" },
        { case: "broken", arm: "candidate", trial, pass: candidate, role: "failing" },
        { case: "fine", arm: "baseline", trial, pass: true, role: "passing" },
        { case: "fine", arm: "candidate", trial, pass: true, role: "passing" },
      ])
      .map((row) => `${JSON.stringify(row)}\n`)
      .join("");

  it("says yes with 0, no with 1, and what is wrong with a table with 2", async () => {
    expect(await agentJson(["gate", file("good.jsonl", rows(true))])).toMatchObject({
      verdict: "accept",
      fixes: ["broken"],
    });
    expect(await agentJson(["gate", file("bad.jsonl", rows(false))], { code: 1 })).toMatchObject({
      fixes: [],
    });
    await expectUsage(["gate", file("empty.jsonl", "")], "has no outcomes");
    await expectUsage(["gate", file("broken.jsonl", `${rows(true)}{"case":`)], "row 9");
    await expectUsage(["gate", join(folder.dir, "nowhere.jsonl")], "cannot be read");
  });

  it("tells each reason in text", async () => {
    const { code, stdout } = await agent(["gate", file("text.jsonl", rows(false))]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^(reject|inconclusive)\n {2}[✓✗?] /);
  });

  it("simulates candidates, and whole lives", async () => {
    const few = ["--tasks", "8", "--runs", "20"];
    expect(await agentJson(["gate", "simulate", ...few])).toMatchObject({ measures: "power", runs: 20 });
    expect(await agentJson(["gate", "simulate", ...few, "--life", "10", "--helpful", "0"])).toMatchObject({
      lives: 20,
      life: 10,
      power: 0,
    });
    const { stdout } = await agent(["gate", "simulate", ...few, "--life", "10"]);
    expect(stdout).toMatch(/^false share of promotions \d/);
    await expectUsage(["gate", "simulate", "--life", "some"], "whole number");
  });
});

describe("releases", () => {
  it("shows what was tested by evidence, and what the next candidate has to show", async () => {
    expect(await agentJson(["releases"], { cwd: home })).toMatchObject({ life: { tests: 0, accepted: 0 } });
    const store = openSqliteStore(join(home, ".agent/store.db"));
    const { index, level } = await openTest(store, { candidate: "c", alpha: 0.05 });
    const end = { evalue: 1 / level, pairs: 40, state: "better", accepted: true } as const;
    await closeTest(store, index, end);
    await store.close();
    expect(await agentJson(["releases"], { cwd: home })).toMatchObject({
      life: { tests: 1, accepted: 1, bound: 0.05, left: 1 },
    });
    const { stdout } = await agent(["releases"], { cwd: home });
    expect(stdout).toMatch(
      /1 candidate tested by evidence, 1 accepted; .* at level 0\.\d+: an e-value of \d+/,
    );
  });
});

describe("skills", () => {
  it("lists those of the release and lints files", async () => {
    const listed = await agentJson(["skills"], { cwd: home });
    expect(listed).toMatchObject({
      skills: expect.arrayContaining([expect.objectContaining({ name: "csv-total" })]),
      problems: [],
    });
    const found = await agentJson(["skills", "find", "add", "up", "a", "column", "--limit", "1"], {
      cwd: home,
    });
    expect(found).toMatchObject({ skills: [{ name: "csv-total" }], lessons: [] });
    await agentJson(["skills", "lint", join(home, "skills")]);
    const bad = join(folder.dir, "bad-skill");
    mkdirSync(bad);
    writeFileSync(join(bad, "SKILL.md"), "---\nname: Another\n---\n");
    expect(await agentJson(["skills", "lint", bad], { code: 1 })).toMatchObject([
      { path: join(bad, "SKILL.md") },
    ]);
    await expectUsage(["skills", "lint", workspace], "holds no SKILL.md");
  });
});

describe.runIf(oldNode() !== undefined)("under an old node", () => {
  const node = oldNode() ?? "";

  it("hands over, with input, output and exit code", async () => {
    expect(await agentJson(["run", "--suite", "example"], { cwd: home, node })).toMatchObject({ passed: 1 });
    await agentJson(["run", "Compose an opera", "--workspace", workspace], { cwd: home, node, code: 1 });
    await agentJson(["runs", "show", "nope"], { cwd: home, node, code: 2 });
  });

  it("prints help and version itself", async () => {
    const help = readFileSync(new URL("../../runtime/cli/help.txt", import.meta.url), "utf8");
    for (const args of [[], ["--help"], ["help"], ["-h"]]) {
      expect(await agent(args, { node })).toMatchObject({ code: 0, stdout: help, stderr: "" });
    }
    expect((await agent(["--version"], { node })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

const Checks = z.object({ checks: z.array(z.object({ name: z.string(), status: z.string() })) });
const RunDone = z.object({ id: z.string(), status: z.literal("done") });
const Run = z.object({ id: z.string(), status: z.string(), outcome: z.object({ kind: z.string() }) });
const Failed = z.object({
  error: z.object({ kind: z.string(), message: z.string(), hint: z.string().optional() }),
});

async function expectUsage(args: readonly string[], message: string): Promise<void> {
  const { error } = await agentJsonAs(Failed, args, { code: 2 });
  expect(error.message).toContain(message);
}

/** A commit beside the branches, whose harness has a syntax error. */
function brokenHarness(): string {
  const worktree = join(folder.dir, "broken");
  git(home, "worktree", "add", "--quiet", "--detach", worktree);
  writeFileSync(join(worktree, "harness/loop.ts"), "export const x = ;\n");
  commitAll(worktree, "Break it");
  return git(worktree, "rev-parse", "HEAD").trim();
}

function file(name: string, text: string): string {
  const path = join(folder.dir, name);
  writeFileSync(path, text);
  return path;
}
