/** A cycle whose model is a language model: the judge, the turns of those who cost money, the message that says why this rung. */
import { expect, test } from "vitest";
import type { CycleEvent } from "../../../evolver/cycle/cycle.ts";
import { openProposers } from "../../../evolver/propose/open.ts";
import { contentHash } from "../../../evolver/propose/model/edit/hash.ts";
import type { Proposer } from "../../../evolver/propose/proposer.ts";
import { git } from "../../../runtime/kernel/git.ts";
import type { Model } from "../../../runtime/kernel/model/model.ts";
import type { ModelRequest } from "../../../runtime/kernel/protocol.ts";
import { calls, says } from "../../helpers/scripted-model.ts";
import { makeRuntime } from "../../helpers/runtime.ts";
import { asking, cycleOf } from "./support.ts";

const MAIN = `const WORD = "wrong";

export async function run(kernel: any) {
  await kernel.model.create({ messages: [{ role: "user", content: "What?" }] });
  await kernel.tools.call({ id: "a", name: "write", input: { path: "out.txt", content: WORD } });
  return { status: "gave_up", summary: "I cannot do it." };
}
`;

/** Answers the judge, the proposer and the agent; counts who asked. */
function model(): Model & { readonly asked: Record<string, number> } {
  const asked: Record<string, number> = {};
  const answer = ({ tools }: ModelRequest) => {
    const name = tools?.[0]?.name ?? "agent";
    asked[name] = (asked[name] ?? 0) + 1;
    if (name === "rank_hypotheses")
      return calls([name, { order: [{ hypothesis: 1, reason: "It says so." }] }]);
    if (name !== "propose_patch" || (asked[name] ?? 0) > 1) return says("There is nothing more to say.");
    const anchor = { declaration: "WORD" };
    const edit = {
      op: "replace_code",
      path: "harness/main.ts",
      hash: contentHash(MAIN),
      anchor,
      code: 'const WORD = "right";',
    };
    return calls([name, { title: "Say the right word", rationale: "The other is wrong.", edits: [edit] }]);
  };
  return {
    name: "scripted/judge",
    description: "scripted, no language model",
    deterministic: true,
    price: { input: 1, output: 2, cacheRead: 0, cacheWrite: 0 },
    contextTokens: 100_000,
    asked,
    create: async (request) => answer(request),
  };
}

/** A lesson that is of no use. */
const lessons: Proposer = {
  name: "lessons",
  async propose({ genome }) {
    const path = "prompts/system.md";
    const before = genome.get(path) ?? "";
    const edits = [{ path, before, after: `${before}\nBe right.\n` }];
    return [
      { rung: "prompt", source: "distill:test", title: "Be right", rationale: "It helps", edits, costUsd: 0 },
    ];
  },
};

test("the model judges, has its turn, and its patch says why it is no lesson", async () => {
  const scripted = model();
  await using kit = await makeRuntime({
    model: scripted,
    harness: { "main.ts": MAIN },
    agentYaml: "name: t\nevolution: { proposers: [model], model: { candidates: 2 } }",
  });
  const tasks = await Promise.all(["t/one", "t/two"].map((id) => asking(kit, id, "Say it.", "right")));
  await using opened = openProposers(kit.runtime, {});
  const seen: string[] = [];
  const [proposing] = opened.proposers;
  if (proposing === undefined) throw new Error("no proposer");
  const watched: Proposer = {
    ...proposing,
    propose(context) {
      seen.push(
        ...context.cluster.failures.flatMap(({ hypotheses }) => hypotheses[0]?.judged ?? "not judged"),
      );
      return proposing.propose(context);
    },
  };
  const events: CycleEvent[] = [];
  // Dice that put what nobody has tried in the order of the list.
  const report = await cycleOf(kit, {
    tasks,
    proposers: [lessons, watched],
    random: () => 0.5,
    watch: (event) => events.push(event),
  });
  const accepted = report.candidates
    .map(({ candidate }) => candidate)
    .filter(({ verdict }) => verdict === "accept");
  expect(accepted.map(({ proposal }) => [proposal.title, proposal.rung])).toEqual([
    ["Say the right word", "harness"],
  ]);
  expect(seen).toEqual(["It says so."]);
  expect(scripted.asked["rank_hypotheses"]).toBe(1);
  expect(events.filter(({ kind }) => kind === "judge-failed")).toEqual([]);
  const message = await git(kit.runtime.home.dir).run([
    "log",
    "-1",
    "--format=%B",
    accepted[0]?.branch ?? "",
  ]);
  expect(message.replaceAll(/\s+/g, " ")).toContain(
    "Not on a lower rung: skill: nothing was proposed; prompt: 1 patch tried, stopped 1 by screening.",
  );
  expect(report.accounts).toMatchObject([
    { name: "lessons", attempts: 1, proposals: 1, accepted: 0 },
    { name: "model", attempts: 1, proposals: 1, accepted: 1 },
  ]);
  // Two questions of the proposer, and its share of the trials.
  expect(report.accounts[1]?.usd).toBeGreaterThan(2 * 0.00002 - 1e-12);
  const paid = Object.values(scripted.asked).reduce((sum, times) => sum + times, 0);
  expect(report.costUsd).toBeCloseTo(paid * 0.00002, 10);
});

test("a program that edits files has its turn, and without a price the cycle's cost is not known", async () => {
  const agent = `coding_agent: { command: [sed, -i, s/wrong/right/, harness/main.ts] }`;
  await using kit = await makeRuntime({
    harness: { "main.ts": MAIN },
    agentYaml: `name: t\nevolution: { proposers: [coding-agent], ${agent} }`,
  });
  const tasks = await Promise.all(["t/one", "t/two"].map((id) => asking(kit, id, "Say it.", "right")));
  await using opened = openProposers(kit.runtime, {});
  const report = await cycleOf(kit, { tasks, proposers: opened.proposers });
  expect(report.candidates.map(({ candidate: { verdict, proposal } }) => [verdict, proposal.source])).toEqual(
    [["accept", "coding-agent:sed"]],
  );
  expect(report.costUsd).toBeUndefined();
  expect(report.accounts).toMatchObject([{ name: "coding-agent", attempts: 1, accepted: 1 }]);
});
