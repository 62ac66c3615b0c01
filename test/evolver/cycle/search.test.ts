/** A cycle that tries many candidates cheaply: what helps is found among what does not, and only that is judged. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proposal } from "../../../evolver/candidate.ts";
import type { CycleEvent, CycleReport } from "../../../evolver/cycle/cycle.ts";
import type { Proposer } from "../../../evolver/propose/proposer.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { makeRuntime, type Kit } from "../../helpers/runtime.ts";
import { ModelError } from "../../../runtime/kernel/model/model.ts";
import { says, scriptedModel, type Turn } from "../../helpers/scripted-model.ts";
import { asking, cycleOf } from "./support.ts";

/** It fails a word that is longer than it should matter. */
const MAIN = `const LIMIT = 3;

function unused(): number {
  return 0;
}

export async function run(kernel: any) {
  const word = kernel.hello.instruction;
  if (word.length > LIMIT) throw new Error("too long");
  await kernel.tools.call({ id: "a", name: "write", input: { path: "out.txt", content: word } });
  return { status: "done", summary: "" };
}
`;

const WORDS = ["a", "bb", "ccc", "dddd", "eeeee", "ffffff", "ggggggg"];

let kit: Kit;
let tasks: TaskOnDisk[];
beforeAll(async () => {
  kit = await makeRuntime({
    harness: { "main.ts": MAIN },
    agentYaml: "evolution: { search: { candidates: 32 } }",
  });
  tasks = await Promise.all(WORDS.map((word) => asking(kit, `test/${word}`, word, word)));
});
afterAll(() => kit[Symbol.asyncDispose]());

describe("with thirty-two candidates, of which the thirtieth helps", () => {
  const events: CycleEvent[] = [];
  let report: CycleReport;
  let wanted: number | undefined;
  beforeAll(async () => {
    const proposer: Proposer = {
      name: "many",
      async propose(context) {
        wanted = context.wanted;
        const all = Array.from({ length: 32 }, (_, at) => candidate(at, context.genome));
        return all.filter((made) => made !== undefined);
      },
    };
    report = await cycleOf(kit, { tasks, proposers: [proposer], watch: (event) => events.push(event) });
  });

  test("that one is judged and accepted, and nothing else became a commit", () => {
    expect(wanted).toBe(32);
    expect(report.after).toEqual({ passed: 7, total: 7 });
    expect(report.candidates.map(({ candidate }) => [candidate.proposal.title, candidate.verdict])).toEqual([
      ["Candidate 30", "accept"],
    ]);
    expect(report.refused).toEqual([]);
  });

  test("the report says what the others came to", () => {
    const [row] = report.accounts;
    expect(row).toMatchObject({ name: "many", proposals: 32, refused: 1, helped: 1, judged: 1, accepted: 1 });
    // Every other one changes a function that no failing run came by: that cannot help, and is not tried.
    expect(row?.tried).toBe(32 - 32 / 2 - 1);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: "searched", helped: 1, tried: 15, proposals: 32 }),
    );
  });

  test("what was tried cheaply left no run behind", async () => {
    const stored = await kit.runtime.store.listRuns({ purpose: "trial", limit: -1 });
    expect(report.trials).toBe(stored.length);
  });
});

test("no more is tried for a cluster than a cycle may, on whatever head", async () => {
  await using few = await makeRuntime({
    harness: { "main.ts": MAIN },
    agentYaml: "evolution: { candidates_per_cluster: 2, search: { candidates: 4 } }",
  });
  const proposer: Proposer = {
    name: "hopeless",
    async propose({ genome }) {
      return Array.from({ length: 6 }, (_, at) => limited(`Useless ${at}`, genome, `3 - ${at}`)).filter(
        (made) => made !== undefined,
      );
    },
  };
  const report = await cycleOf(few, { tasks, proposers: [proposer] });
  expect(report.candidates).toEqual([]);
  expect(report.accounts).toMatchObject([{ tried: 4, helped: 0, judged: 0 }]);
});

test("of what helps in quick trials no more is judged than a cluster has places", async () => {
  await using few = await makeRuntime({
    harness: { "main.ts": MAIN },
    agentYaml: "evolution: { candidates_per_cluster: 1 }",
  });
  const proposer: Proposer = {
    name: "breaking",
    propose: async ({ genome }) =>
      [0, 1, 2].flatMap((at) => {
        const to = `word.length < LIMIT + ${at} - ${at} + 1`;
        return replaced(`Breaking ${at}`, genome, "word.length > LIMIT", to) ?? [];
      }),
  };
  const report = await cycleOf(few, { tasks: tasks.slice(2, 5), proposers: [proposer] });
  expect(report.accounts).toMatchObject([{ helped: 1, judged: 1, accepted: 0 }]);
});

test("lower rungs leave places for what a search finds on a higher one", async () => {
  await using few = await makeRuntime({
    harness: { "main.ts": MAIN },
    agentYaml: "evolution: { candidates_per_cluster: 4 }",
  });
  const proposer: Proposer = {
    name: "both",
    async propose({ genome }) {
      const prompts = Array.from({ length: 4 }, (_, at) => prompt(at, genome));
      return [...prompts, limited("Helpful", genome, "30")].filter((made) => made !== undefined);
    },
  };
  const report = await cycleOf(few, { tasks: tasks.slice(2, 5), proposers: [proposer] });
  expect(report.candidates.map(({ candidate }) => candidate.proposal.title)).toEqual(["Helpful"]);
});

describe("with a model that costs money", () => {
  const price = { input: 1e6, output: 0, cacheRead: 0, cacheWrite: 0 };
  const asks = MAIN.replace(
    "  if (word",
    "  await kernel.model.create({ messages: [ASK] });\n  if (word",
  ).replace("const LIMIT", 'const ASK = { role: "user" as const, content: "hello" };\nconst LIMIT');

  test("quick trials of the head are charged, and end when the money is spent", async () => {
    // Ten dollars a call: the tasks of the baseline and the failures again come to 110, and a first quick trial to 120.
    await using dear = await makeRuntime({
      harness: { "main.ts": asks },
      model: scriptedModel([], { price }),
      agentYaml: "evolution: { usd: 115, candidates_per_cluster: 1, model: { judge: false } }",
    });
    const proposer: Proposer = {
      name: "many",
      propose: async ({ genome }) =>
        [30, 31, 32].flatMap((to) => limited(`Limit ${to}`, genome, String(to)) ?? []),
    };
    const report = await cycleOf(dear, { tasks, proposers: [proposer] });
    expect(report.costUsd).toBe(120);
    expect(report.trials).toBe(11);
    expect(report.candidates).toEqual([]);
  });

  test("a candidate of which no trial could be decided is tried again when it is proposed again", async () => {
    let outages = 0;
    const answer: Turn = ({ messages }) => {
      if (!JSON.stringify(messages).includes("good day") || outages > 0) return says("done");
      outages += 1;
      throw new ModelError({ code: "connection", message: "not now", retryable: false });
    };
    await using unsteady = await makeRuntime({
      harness: { "main.ts": asks },
      model: scriptedModel(Array.from({ length: 200 }, () => answer)),
      agentYaml: "evolution: { candidates_per_cluster: 2, model: { judge: false } }",
    });
    const propose: Proposer["propose"] = async ({ genome }) =>
      [
        ...[1, 2].flatMap((to) => limited(`Limit ${to}`, genome, String(to)) ?? []),
        replaced("Greet", genome, /"hello"[^]*LIMIT = 3/, '"good day" };\nconst LIMIT = 30') ?? [],
      ].flat();
    const proposers = [
      { name: "free", propose },
      { name: "paid", isPaid: true, propose },
    ];
    const report = await cycleOf(unsteady, { tasks: tasks.slice(2, 5), proposers });
    expect(outages).toBe(1);
    expect(report.candidates.map(({ candidate }) => candidate.proposal.title)).toEqual(["Greet"]);
  });
});

function prompt(at: number, genome: ReadonlyMap<string, string>): Proposal | undefined {
  const [path, before = ""] = [...genome].find(([name]) => name.startsWith("prompts/")) ?? [];
  if (path === undefined) return undefined;
  const edits = [{ path, before, after: `${before}\nBe kind, ${at}.\n` }];
  return { rung: "prompt", title: `Prompt ${at}`, edits, ...ABOUT };
}

/** Number 30 helps, number 8 must not run, every other one changes what does not run. */
function candidate(at: number, genome: ReadonlyMap<string, string>): Proposal | undefined {
  if (at === 30) return limited("Candidate 30", genome, "30");
  if (at === 8) return limited("Candidate 8", genome, "Number(process.pid)");
  if (at % 2 === 1) return replaced(`Candidate ${at}`, genome, "return 0;", `return ${at};`);
  return limited(`Candidate ${at}`, genome, `3 - ${at}`);
}

function limited(title: string, genome: ReadonlyMap<string, string>, to: string): Proposal | undefined {
  return replaced(title, genome, "LIMIT = 3;", `LIMIT = ${to};`);
}

function replaced(
  title: string,
  genome: ReadonlyMap<string, string>,
  from: string | RegExp,
  to: string,
): Proposal | undefined {
  const before = genome.get("harness/main.ts") ?? "";
  const after = before.replace(from, () => to);
  const edits = [{ path: "harness/main.ts", before, after }];
  return before === after ? undefined : { rung: "harness", title, edits, ...ABOUT };
}

const ABOUT = { source: "operator:test", rationale: "It seems so", costUsd: 0 };
