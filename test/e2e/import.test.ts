/** Runs of other agents, from the command line: taken in, listed, grouped, and what people get wrong. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { agent, agentJson, agentJsonAs, sandboxFolder } from "./agent.ts";

const folder = sandboxFolder();
const home = join(folder.dir, "home");
const fixtures = join(import.meta.dirname, "../fixtures/import");
const AIRLINE = join(fixtures, "airline.openai.jsonl");

beforeAll(async () => {
  expect(await agent(["init", home])).toMatchObject({ code: 0, stderr: "" });
});
afterAll(() => folder[Symbol.dispose]());

const Failures = z.object({
  clusters: z.array(
    z.object({
      id: z.string(),
      signature: z.string(),
      count: z.number(),
      runs: z.array(
        z.object({
          id: z.string(),
          source: z.string(),
          hypotheses: z
            .array(
              z.object({
                step: z.number(),
                agent: z.string(),
                component: z.string(),
                category: z.string(),
                score: z.number(),
                evidence: z.string(),
              }),
            )
            .min(1),
        }),
      ),
    }),
  ),
});

describe("import", () => {
  it("says where to begin when nothing is there", async () => {
    const { stdout } = await agent(["failures"], { cwd: home });
    expect(stdout).toContain("`agent import` takes in other agents'");
    expect((await agent(["failures", "--source", "atif"], { cwd: home })).stdout).toContain(
      "No such runs were imported yet",
    );
    expect((await agent(["runs", "list", "--imported"], { cwd: home })).stdout).toContain(
      "No runs were imported yet",
    );
    expect(await agentJson(["failures"], { cwd: home })).toEqual({ clusters: [], of: 0, unlabelled: 0 });
  });

  it("takes in rows, once, and says what they come to", async () => {
    const { code, stdout, stderr } = await agent(["import", "openai-chat", AIRLINE], { cwd: home });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("4 runs imported.\n2 passed, 2 failed\npass^1 0.50, pass^2 0.00");
    expect(await agentJson(["import", "openai-chat", AIRLINE], { cwd: home })).toMatchObject({
      added: 0,
      unchanged: 4,
    });
  });

  it("lists them apart, and shows one by the id that its source gave it", async () => {
    expect((await agent(["runs"], { cwd: home })).stdout).toContain(
      "4 imported runs: --imported lists them.",
    );
    expect((await agent(["runs", "list", "--imported"], { cwd: home })).stdout).toMatch(
      /flight-0-t0 .* fail .* air\/0/,
    );
    const { stdout } = await agent(["runs", "show", "flight-0"], { cwd: home });
    expect(stdout).toContain("flight-0-t0  fail  unknown  gpt  imported from openai-chat");
    expect(stdout).toContain("Error: flight HAT1 is full");
  });

  it("groups their failures without being asked to look at them", async () => {
    const { clusters } = await agentJsonAs(Failures, ["failures"], { cwd: home });
    const booked = clusters.find(({ signature }) => signature.startsWith("malformed-call: book"));
    expect(booked).toMatchObject({
      count: 1,
      runs: [
        {
          id: "flight-0-t0",
          source: "flight-0-t0",
          hypotheses: [
            { step: 5, agent: "agent", category: "malformed-call" },
            { step: 5, category: "tool-error" },
            {},
          ],
        },
      ],
    });
    const list = await agent(["failures"], { cwd: home });
    expect(list.stdout).toMatch(
      /1 {2}a tool call was malformed: book: .* [0-9a-f]{12}\n +25% of 4 runs; imported\n/,
    );
    const shown = await agent(["failures", "show", booked?.id.slice(0, 6) ?? ""], { cwd: home });
    expect(shown.stdout).toMatch(/▶ +5 +✗ book /);
    expect(shown.stdout).toMatch(
      /1\. harness {2}malformed-call, step 5, score 0\.\d+\n {5}for {6}book was called/,
    );
    expect(await agentJson(["failures", "show", booked?.id ?? ""], { cwd: home })).toMatchObject({
      medoid: { id: "flight-0-t0" },
      cluster: { id: booked?.id },
    });
  });

  it("takes authors and steps of a run of several agents over", async () => {
    await agentJson(["import", "atif", join(fixtures, "two-agents.atif.jsonl")], { cwd: home });
    const { clusters } = await agentJsonAs(Failures, ["failures", "--source", "atif"], { cwd: home });
    const runs = clusters.flatMap((cluster) => cluster.runs);
    expect(runs.map(({ source }) => source).toSorted()).toEqual(["maths-1", "maths-2"]);
    const hypotheses = runs.find(({ source }) => source === "maths-1")?.hypotheses ?? [];
    expect(hypotheses.find(({ category }) => category === "tool-error")).toMatchObject({
      step: 2,
      agent: "Coder",
    });
  });

  it("reads standard input, and a folder", async () => {
    const copy = join(folder.dir, "trajectories", "deep");
    mkdirSync(copy, { recursive: true });
    writeFileSync(
      join(copy, "a.traj.json"),
      JSON.stringify({ instance_id: "in-a-folder", messages: [{ role: "assistant", content: "Hi." }] }),
    );
    expect(await agentJson(["import", "mini-swe-agent", join(copy, "..")], { cwd: home })).toMatchObject({
      added: 1,
    });
    expect(await agent(["import", "openai-chat", "-"], { cwd: home })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("standard input holds no rows"),
    });
  });

  it("takes in what it can, and ends with 1 when some of it could not be read", async () => {
    const file = join(folder.dir, "mixed.jsonl");
    const row = { id: "good", messages: [{ role: "assistant", content: "Hi." }] };
    writeFileSync(
      file,
      `${JSON.stringify(row)}\n{"cut":\n${JSON.stringify({ ...row, id: "bad", reward: "much" })}\n`,
    );
    const { code, stdout } = await agent(["import", "openai-chat", file], { cwd: home });
    expect(code).toBe(1);
    expect(stdout).toContain("1 run imported.");
    expect(stdout).toMatch(
      /2 rows could not be read:\n {2}mixed\.jsonl, row 2: it is no JSON\b.*\n {2}mixed\.jsonl, row 3: reward: /,
    );
  });

  it.each([
    [["import", "openai-chats", AIRLINE], 'there is no format "openai-chats"; did you mean "openai-chat"?'],
    [
      ["import", "atif", AIRLINE],
      "could be read as atif; the first of 4 bad rows: airline.openai.jsonl, row 1: it looks like openai-chat, not like atif (steps: ",
    ],
    [["failures", "show", "nope"], 'there is no cluster "nope"'],
    [["runs", "list", "--trials", "--imported"], "cannot be used with option '--imported'"],
    [["replay", "flight-0-t0"], "was imported"],
    [["runs", "undo", "flight-0-t0"], "it was made elsewhere and imported"],
  ])("mistake: %j", async (args, message) => {
    expect(await agent(args, { cwd: home })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(message),
    });
  });
});
