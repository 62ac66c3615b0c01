/** `agent replay` as a user runs it: the procedure model, a task with a verifier, an instruction with a snapshot, a patch. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { agent, agentJsonAs, sandboxFolder } from "./agent.ts";
import { checkoutOf, git, commitAll } from "./small-suite.ts";

const folder = sandboxFolder();
const home = join(folder.dir, "home");
const workspace = join(folder.dir, "data");
const TASK = "example/total-of-a-column";
let ofTask = "";
let ofInstruction = "";

const Ran = z.object({ id: z.string() });
const Replayed = z.object({
  repeated: z.string(),
  verdict: z.string(),
  verified: z.boolean(),
  same: z.boolean().nullable(),
  status: z.string(),
  totals: z.object({ steps: z.number() }),
  replayed: z
    .object({ modelCalls: z.number(), miss: z.object({ step: z.number(), what: z.string() }).optional() })
    .nullable(),
});
const replay = (args: readonly string[], code = 0) =>
  agentJsonAs(Replayed, ["replay", ...args], { cwd: home, code });

beforeAll(async () => {
  expect(await agent(["init", home])).toMatchObject({ code: 0 });
  mkdirSync(workspace);
  writeFileSync(join(workspace, "sales.csv"), "name,amount\nada,10.50\n");
  const chore = "Add up the amount column of sales.csv and write the sum to total.txt";
  ofTask = (await agentJsonAs(Ran, ["run", "--task", join(home, "tasks", TASK)], { cwd: home })).id;
  ofInstruction = (await agentJsonAs(Ran, ["run", chore, "--workspace", workspace], { cwd: home })).id;
});
afterAll(() => folder[Symbol.dispose]());

test("a run of a task repeats to its verdict, from the recording alone", async () => {
  const before = checkoutOf(home);
  const all = await replay([ofTask, "--stop-on-miss"]);
  expect(all).toMatchObject({ verdict: "pass", verified: true, same: true });
  expect(all.replayed).toEqual(expect.objectContaining({ modelCalls: all.totals.steps }));
  const { stdout } = await agent(["replay", ofTask, "--fork", "1"], { cwd: home });
  expect(stdout).toMatch(
    /pass, as the run ended[\s\S]*Live from the fork after 1 model call\.\nSaved: 1 model call, /,
  );
  expect(checkoutOf(home)).toBe(before);
});

test("a run of an instruction begins with its snapshot, and leaves the folder alone", async () => {
  writeFileSync(join(workspace, "sales.csv"), "gone");
  rmSync(join(workspace, "total.txt"));
  expect(await replay([ofInstruction, "--stop-on-miss"])).toMatchObject({
    verdict: "pass",
    verified: false,
    same: true,
    replayed: { modelCalls: expect.any(Number) },
  });
  expect(await replay([ofInstruction, "--live"])).toMatchObject({ verdict: "pass", replayed: null });
  expect(readFileSync(join(workspace, "sales.csv"), "utf8")).toBe("gone");
});

test("on another release the paths part; what shall stop there is undecided", async () => {
  writeFileSync(join(home, "prompts/system.md"), "Say nothing.\n");
  git(home, "checkout", "--quiet", "-b", "patch");
  commitAll(home, "Patch");
  git(home, "checkout", "--quiet", "main");
  const parted = {
    replayed: { modelCalls: 0, miss: { step: 0, what: "the model is asked for something else" } },
  };
  expect(await replay([ofTask, "--release", "patch", "--stop-on-miss"], 5)).toMatchObject({
    verdict: "undecided",
    same: null,
    ...parted,
  });
  expect(await replay([ofTask, "--release", "patch"])).toMatchObject({ verdict: "pass", ...parted });
});

test("what cannot be repeated is said, with what to do", async () => {
  const refusal = async (args: readonly string[]): Promise<string> => {
    const { code, stderr } = await agent(["replay", ...args], { cwd: home });
    expect(code).toBe(2);
    return stderr;
  };
  expect(await refusal(["nope"])).toContain('there is no run "nope"');
  expect(await refusal([ofTask, "--release", "nope"])).toContain('has no commit "nope"');
  expect(await refusal([ofTask, "--live", "--fork", "1"])).toContain("does not go with --fork");
  const yaml = join(home, "tasks", TASK, "task.yaml");
  writeFileSync(yaml, readFileSync(yaml, "utf8").replace(/instruction: /, "instruction: Now "));
  expect(await refusal([ofTask])).toContain(`task ${TASK}, which is not in this home's suites as it was run`);
});
