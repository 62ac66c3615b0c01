/** The process as the cycle knows it: the same proposals as without it, and a failure for whatever goes wrong in it. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { distiller } from "../../../evolver/propose/distill/index.ts";
import { operators } from "../../../evolver/propose/operators/index.ts";
import { openProposerProcess, type ProposerProcess } from "../../../evolver/process/proposers.ts";
import { ProposerFailed } from "../../../evolver/propose/proposer.ts";
import { contentHash } from "../../../evolver/propose/model/edit/hash.ts";
import { childrenOf } from "../../../guardrails/sandbox/tree.ts";
import { calls, says, scriptedModel, type ScriptedModel } from "../../helpers/scripted-model.ts";
import { question, tiers, unconfined } from "./support.ts";

const none = await unconfined();
const everywhere = [...tiers, { tier: "none", sandbox: none }];

test.each(everywhere)("under $tier they propose what they propose without a process", async ({ sandbox }) => {
  const model = scriptedModel([patched('const steps: number = "3";'), patched("const steps = 3;")]);
  await using process = openProposerProcess({ sandbox, model });
  const asked = question({ "harness/more.ts": MORE });
  for (const [name, proposer] of [
    ["operators", operators()],
    ["distill", distiller()],
  ] as const) {
    const made = await proposer.propose(asked);
    expect(made.length).toBeGreaterThan(0);
    expect(await process.proposer(name).propose(asked)).toEqual(made);
    // What a person said travels, too.
    if (name === "distill") expect(made.map(({ source }) => source)).toContain("distill:correction");
  }
  // The home's model answers on this side; the compiler runs on the other.
  const made = await process.proposer("model").propose(asked);
  expect(made).toMatchObject([{ rung: "harness", title: "More", source: "model:scripted/1" }]);
  expect(JSON.stringify(model.requests[1])).toContain("TS2322");
  expect(made[0]?.costUsd).toBeCloseTo(2 * COST, 12);
});

test("a model that says that it is no language model is not asked, and is not paid", async () => {
  const model = { ...scriptedModel([]), isLanguageModel: false };
  await using process = openProposerProcess({ sandbox: none, model });
  const proposer = process.proposer("model");
  expect(proposer.isPaid).toBeUndefined();
  expect(await proposer.propose(question())).toEqual([]);
  expect(model.requests).toEqual([]);
});

const MORE = "export const steps = 1;\n";

function patched(replace: string): ReturnType<typeof calls> {
  const hash = contentHash(MORE);
  const anchor = { declaration: "steps" };
  const edits = [{ op: "replace_code", path: "harness/more.ts", hash, anchor, code: `export ${replace}` }];
  return calls(["propose_patch", { title: "More", rationale: "Less is not enough.", edits }]);
}

/** A scripted reply: 10 tokens in at 1, 5 out at 2 dollars for a million. */
const COST = 0.00002;

describe("a process that misbehaves", () => {
  const [best = { sandbox: none }] = tiers;
  let misbehaving: ProposerProcess;
  let model: ScriptedModel;
  beforeAll(() => {
    model = scriptedModel(Array.from({ length: 40 }, () => says("no")));
    const entry = join(import.meta.dirname, "misbehaver.ts");
    misbehaving = openProposerProcess({ sandbox: best.sandbox, model, entry, turnMs: 50_000 });
  });
  afterAll(() => misbehaving[Symbol.asyncDispose]());

  const behaving = (how: string, signal = new AbortController().signal): Promise<unknown> =>
    misbehaving
      .proposer("model")
      .propose({ ...question({ how }), signal })
      .catch((error: unknown) => error);

  test.each([
    ["garbage", "not JSON"],
    ["wrong shape", "not an answer: proposals.0.rung"],
    ["deep", "nested deeper"],
    ["one long line", "a line is longer"],
    ["many lines", "not an answer"],
    ["print", "of output"],
    ["die", "nothing left to live for"],
    ["another id", "what it was not asked"],
    ["another's name", 'signed "person"'],
  ])("%s: the question fails, the next one does not", async (how, words) => {
    const failure = await behaving(how);
    expect(failure).toBeInstanceOf(ProposerFailed);
    expect((failure as Error).message).toContain(words);
    expect(await behaving("well")).toMatchObject([{ title: "1" }]);
  });

  test("a proposer that throws takes nothing down", async () => {
    expect(await behaving("well")).toMatchObject([{ title: expect.any(String) }]);
    expect(await behaving("throw")).toMatchObject({ message: "out of ideas" });
    expect(await behaving("well")).toMatchObject([{ title: expect.stringMatching(/^[^1]/) }]);
  });

  test.each(["hang", "close"])("%s: silence is not waited out", async (how) => {
    await using impatient = openProposerProcess({
      sandbox: best.sandbox,
      model,
      entry: join(import.meta.dirname, "misbehaver.ts"),
      turnMs: 300,
    });
    await expect(impatient.proposer("distill").propose(question({ how }))).rejects.toThrow(
      "said nothing for 0.3 s",
    );
  });

  test("a process that dies of what it did before is replaced once", async () => {
    await behaving("well");
    expect(await behaving("die at the second")).toMatchObject([{ title: "1" }]);
  });

  test("what the model was paid is charged whatever comes of it, and nobody else may ask", async () => {
    expect(await behaving("ask")).toMatchObject([{ costUsd: expect.closeTo(COST, 12) }]);
    expect(model.requests.at(-1)?.max_tokens).toBeLessThan(1e6);
    const before = model.requests.length;
    const endless = await behaving("ask without end");
    expect(endless).toMatchObject({ message: expect.stringContaining("more than 8 times") });
    expect((endless as ProposerFailed).costUsd).toBeCloseTo(8 * COST, 12);
    expect(model.requests.length - before).toBe(8);
    await expect(misbehaving.proposer("distill").propose(question({ how: "ask" }))).rejects.toThrow(
      "asked the model, and may not",
    );
  });

  test("an abort ends it at once, and no process is left", async () => {
    const children = new Set(childrenOf(process.pid));
    const own = openProposerProcess({
      sandbox: best.sandbox,
      model,
      entry: join(import.meta.dirname, "misbehaver.ts"),
    });
    const controller = new AbortController();
    const hanging = own
      .proposer("model")
      .propose({ ...question({ how: "hang" }), signal: controller.signal });
    await expect.poll(() => childrenOf(process.pid).some((pid) => !children.has(pid))).toBe(true);
    controller.abort(new Error("enough"));
    await expect(hanging).rejects.toThrow("enough");
    expect(childrenOf(process.pid).filter((pid) => !children.has(pid))).toEqual([]);
    await own[Symbol.asyncDispose]();
  });
});
