/**
 * A cycle with a model that answers differently from time to time: a scripted one, whose luck is drawn from a seed. No
 * language model can be reached here; everything else is real.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lifeOf } from "../../../replay/gate/life.ts";
import { random } from "../../../replay/gate/random.ts";
import type { Model } from "../../../runtime/kernel/model/model.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { makeRuntime, type Kit } from "../../helpers/runtime.ts";
import { asking, cycleOf, replacing } from "./support.ts";

/** Asks the model twice and writes what it said last; `HELP` makes it say the right thing more often. */
const MAIN = `const HELP = "no help";

export async function run(kernel: any) {
  const ask = async (text: string) => {
    const messages = [{ role: "user", content: kernel.hello.instruction + " " + text }];
    const reply = await kernel.model.create({ messages });
    return reply.content[0].text;
  };
  await ask("What is to be done?");
  const word = await ask(HELP);
  await kernel.tools.call({ id: "a", name: "write", input: { path: "out.txt", content: word } });
  return { status: "done", summary: "" };
}
`;

/** The model is asked by the agent only. */
const NO_JUDGE = "name: t\nevolution: { model: { judge: false } }";

/** Right with a probability of its own, and almost always with help. The price is there so that money is counted. */
function luckyModel(seed: string, luck: number): Model & { calls: number } {
  const uniform = random(seed);
  return {
    name: "scripted/lucky",
    description: "scripted, no language model",
    deterministic: false,
    price: { input: 1, output: 1, cacheRead: 1, cacheWrite: 1 },
    contextTokens: 10_000,
    calls: 0,
    async create({ messages }) {
      this.calls++;
      const text = JSON.stringify(messages);
      const right = uniform() < (text.includes("with help") ? 0.98 : luck);
      return {
        content: [{ type: "text", text: right ? "right" : "wrong" }],
        stop_reason: "end_turn",
        usage: {
          input_tokens: 10,
          output_tokens: 1,
          cache_read_input_tokens: 0,
          cache_creation_input_tokens: 0,
        },
        model: "scripted/lucky",
      };
    },
  };
}

const help = replacing("Ask with help", '"no help"', '"with help"');
const placebo = replacing("Ask politely", '"no help"', '"no help, please"');

let shelf: Kit;
let tasks: TaskOnDisk[];

beforeAll(async () => {
  shelf = await makeRuntime();
  tasks = await Promise.all(
    Array.from({ length: 6 }, (_, i) => asking(shelf, `test/task-${i}`, `task ${i}`, "right")),
  );
});
afterAll(() => shelf[Symbol.asyncDispose]());

describe("a cycle whose trials differ", () => {
  test("accepts what helps by evidence, takes a level, forks from recordings and shows a control", async () => {
    await using kit = await makeRuntime({ harness: { "main.ts": MAIN }, agentYaml: NO_JUDGE });
    const model = luckyModel("accept", 0.1);
    const report = await cycleOf(
      { ...kit, runtime: { ...kit.runtime, model } },
      { tasks, proposers: [help] },
    );
    const accepted = report.candidates
      .map(({ candidate }) => candidate)
      .find(({ verdict }) => verdict === "accept");
    expect(accepted?.proposal.title).toBe("Ask with help");
    expect(accepted?.reasons.find(({ name }) => name === "improves")?.figures).toContain("pairs of trials");
    expect(accepted?.control?.candidate).toBeGreaterThan(accepted?.control?.bestOfTwo ?? 1);
    const life = await lifeOf(kit.runtime.store);
    expect(life.map(({ closed }) => closed?.accepted)).toContain(true);
    const needed = 1 / (life.find(({ closed }) => closed?.accepted)?.level ?? 1);
    expect(accepted?.evalue).toBeGreaterThanOrEqual(needed * (1 - 1e-9));
    // The first question is the same with and without the patch: it is answered from the recording.
    expect(report.saved.modelCalls).toBeGreaterThan(0);
    const runs = await kit.runtime.store.listRuns({ purpose: "trial", limit: -1 });
    const asked = runs.reduce((sum, run) => sum + run.steps, 0);
    expect(model.calls).toBe(asked - report.saved.modelCalls);
  });

  test("what changes nothing is not accepted, however often it is lucky", async () => {
    await using kit = await makeRuntime({ harness: { "main.ts": MAIN }, agentYaml: NO_JUDGE });
    const runtime = { ...kit.runtime, model: luckyModel("null", 0.4) };
    const report = await cycleOf({ ...kit, runtime }, { tasks, proposers: [placebo] });
    const verdicts = report.candidates.map(({ candidate }) => candidate.verdict);
    expect(verdicts.length).toBeGreaterThan(0);
    expect(verdicts).not.toContain("accept");
  });
});
