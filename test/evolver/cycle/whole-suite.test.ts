/** Patches that help where they are looked at: what nobody looked at must not be lost, and no patch is judged twice. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Candidate, Proposal } from "../../../evolver/candidate.ts";
import { openAccounts } from "../../../evolver/cycle/accounts.ts";
import { runCycle, type CycleReport } from "../../../evolver/cycle/cycle.ts";
import { withTrials } from "../../../evolver/cycle/arm.ts";
import { createLedger } from "../../../evolver/cycle/ledger.ts";
import { proposalsFor } from "../../../evolver/cycle/proposals.ts";
import type { CycleState } from "../../../evolver/cycle/state.ts";
import { createTally } from "../../../evolver/cycle/tally.ts";
import type { Cluster } from "../../../evolver/failure.ts";
import { listPatches } from "../../../evolver/patches/list.ts";
import { openCheckProcess } from "../../../evolver/process/checks.ts";
import type { Proposer } from "../../../evolver/propose/proposer.ts";
import { openGamingReader } from "../../../replay/gaming/reader.ts";
import { createTrialRunner } from "../../../replay/runner.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { makeRuntime, type Kit } from "../../helpers/runtime.ts";

/** Copies what it knows; the candidates know other things. */
const main = (known: string): string => `const KNOWN = ${known};

export async function run(kernel: any) {
  await kernel.model.create({ messages: [{ role: "user", content: "What?" }] });
  const { content } = await kernel.tools.call({ id: "a", name: "read", input: { path: "in.txt" } });
  const out = KNOWN.includes(content.trim()) ? content : "none";
  await kernel.tools.call({ id: "b", name: "write", input: { path: "out.txt", content: out } });
  return { status: "done", summary: "" };
}
`;

let shelf: Kit;
let tasks: TaskOnDisk[];
let kit: Kit;

beforeAll(async () => {
  shelf = await makeRuntime();
  tasks = await Promise.all(["a", "b", "c", "d"].map(copying));
});
beforeEach(async () => {
  kit = await makeRuntime({
    harness: { "main.ts": main('["a", "b", "c"]') },
    agentYaml: "name: t\nevolution: { passing: 1 }",
  });
  return () => kit[Symbol.asyncDispose]();
});
afterAll(() => shelf[Symbol.asyncDispose]());

test("what is lost outside of the sample of passing tasks is lost all the same", async () => {
  const trades = ['["d", "b", "c"]', '["a", "d", "c"]', '["a", "b", "d"]'];
  const { candidates, before, after } = await cycle(trades.map((known) => patch(`Know ${known}`, known)));
  const found = candidates.map(({ candidate: { verdict, regressions } }) => [verdict, regressions.length]);
  expect(found).toEqual([
    ["reject", 1],
    ["reject", 1],
    ["reject", 1],
  ]);
  expect(after).toEqual(before);
});

test("the same patch twice in one answer is judged once, and by what it touches", async () => {
  const known = '["a", "b", "c", "d"]';
  const twice = patch("Know\0 more", known);
  const asSkill = { ...twice, rung: "skill" } as const;
  const { candidates } = await cycle([asSkill, asSkill]);
  expect(candidates.map(({ candidate }) => [candidate.verdict, candidate.proposal.rung])).toEqual([
    ["accept", "harness"],
  ]);
  const stored = await listPatches(kit.runtime.store);
  expect(stored.map(({ candidate }) => candidate.verdict)).toEqual(["accept"]);
});

test("a task whose solution was shown can prove nothing later", async () => {
  const state = await stateOf({ name: "test", propose: async () => [] }, tasks);
  const { signal } = state.options;
  const [known, unknown] = [tasks.slice(0, 3), tasks.slice(3)];
  const trials = await state.runner.runAll({ genome: kit.genome, tasks, purpose: "trial", signal });
  state.head = withTrials(state.head, trials);
  await proposalsFor(state, CLUSTER, new Map(), { proposers: state.options.proposers, later: [] }, 0);
  expect([...state.sides]).toEqual(known.map(({ id }) => [id, "support"]));
  expect(unknown).toHaveLength(1);
});

test("code that can act and that nobody has seen run is left to a person", async () => {
  const dormant = `\nfunction later(kernel: any) {\n  void kernel.tools.call({ id: "c", name: "bash", input: { command: "rm -r ." } });\n}\n`;
  const whole = patch("Know more", '["a", "b", "c", "d"]');
  const edits = whole.edits.map((edit) => {
    const asked = edit.after.replace("  return {", "  if (out.length > 500) later(kernel);\n  return {");
    return { ...edit, after: asked + dormant };
  });
  const { candidates } = await cycle([{ ...whole, edits }]);
  const figures = candidates.flatMap(({ candidate }) =>
    candidate.reasons.flatMap((reason) => (reason.name === "exercised" ? reason.figures : [])),
  );
  expect(candidates.map(({ candidate }) => candidate.verdict)).toEqual(["inconclusive"]);
  expect(figures).toEqual([
    "what was changed was used in 1 of 1 case that it fixed; " +
      "1 of 3 changed lines of code ran in none of them, and 1 of those can act",
  ]);
});

function patch(title: string, known: string): Proposal {
  const before = main('["a", "b", "c"]');
  const edits = [{ path: "harness/main.ts", before, after: main(known) }];
  return { rung: "harness", source: "operator:test", title, rationale: "It helps", edits, costUsd: 0 };
}

async function cycle(proposals: readonly Proposal[]): Promise<CycleReport> {
  const proposer: Proposer = { name: "test", propose: async () => proposals };
  return runCycle({
    runtime: kit.runtime,
    release: kit.genome.sha,
    suite: "copy",
    tasks,
    guards: { safety: [], bank: [], unreadable: [] },
    origin: kit.genome.sha,
    proposers: [proposer],
    signal: new AbortController().signal,
  });
}

const CLUSTER: Cluster = {
  id: "c",
  signature: { kind: "wrong-result", template: "" },
  title: "",
  failures: [],
};

async function stateOf(proposer: Proposer, suite: readonly TaskOnDisk[]): Promise<CycleState> {
  const checks = openCheckProcess({ sandbox: kit.runtime.sandbox });
  const head = { genome: kit.genome, trials: new Map() };
  return {
    options: {
      runtime: kit.runtime,
      release: kit.genome.sha,
      suite: "copy",
      tasks: suite,
      guards: { safety: [], bank: [], unreadable: [] },
      origin: kit.genome.sha,
      proposers: [proposer],
      signal: new AbortController().signal,
    },
    // It starts nothing before it is asked, and nobody asks it here.
    checks,
    gamingReader: openGamingReader(suite),
    runner: createTrialRunner(kit.runtime, 1),
    ledger: createLedger(undefined),
    accounts: await openAccounts(kit.runtime.store),
    authors: new WeakMap(),
    head,
    origin: head,
    sides: new Map(),
    exhausted: new Set(),
    tried: new Set(),
    offered: new Map(),
    rankings: new Map(),
    knowledge: undefined,
    judged: [],
    refused: [],
    tally: createTally(new WeakMap()),
    search: { useless: new Set(), left: new Map() },
  };
}

async function copying(text: string): Promise<TaskOnDisk> {
  const files = { "workspace/in.txt": `${text}\n`, "verify/out.txt": `${text}\n` };
  const yaml = "instruction: Copy it.\nverify: [{ file: out.txt, equals: out.txt }]";
  return { ...(await shelf.task(yaml, files)), id: `copy/${text}` };
}

test("who proposes again is not told how many held-out cases there were", async () => {
  const shown: string[] = [];
  const judged = patch("Know nothing", '["e"]');
  const reason = {
    name: "exercised",
    claim: "it took part",
    holds: "fails",
    figures: "used in 0 of 3",
  } as const;
  const candidate: Candidate = {
    id: "a",
    commit: "a",
    parent: "b",
    cluster: "c",
    proposal: judged,
    verdict: "reject",
    reasons: [reason],
    fixes: [],
    regressions: [],
    trials: 0,
    branch: undefined,
  };
  const proposer: Proposer = {
    name: "test",
    async propose({ rejected }) {
      shown.push(...rejected.map(({ why }) => why));
      return [];
    },
  };
  const state = await stateOf(proposer, []);
  state.judged.push({ candidate, outcomes: [] });
  await proposalsFor(state, CLUSTER, new Map(), { proposers: state.options.proposers, later: [] }, 0);
  expect(shown).toEqual(["exercised: not so: it took part"]);
});
