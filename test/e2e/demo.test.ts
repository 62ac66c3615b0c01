/** The whole loop as `agent demo --json` makes it. Takes about a minute. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { z } from "zod";
import { agentJsonAs, processesOf, sandboxFolder } from "./agent.ts";
import { git } from "./small-suite.ts";

const folder = sandboxFolder();
afterAll(() => folder[Symbol.dispose]());

it(
  "fails, evolves, turns down, promotes, generalises, and takes a bad patch back",
  { timeout: 600_000 },
  async () => {
    const dir = join(folder.dir, "loop");
    const demo = await agentJsonAs(Demo, ["demo", "--dir", dir], { env: { TMPDIR: folder.temporary } });

    expect(demo.before.total).toBe(24);
    expect(demo.after.total).toBe(24);
    expect(demo.after.passed).toBeGreaterThan(demo.before.passed);
    expect(demo.heldOut.total).toBe(12);
    expect(demo.heldOut.after).toBeGreaterThan(demo.heldOut.before);
    expect(demo.heldOut.after).toBeGreaterThan(demo.heldOut.bestOf2);
    expect(demo).toMatchObject({ rolledBack: true, model: "procedure", dir });
    expect(demo.seconds).toBeGreaterThan(0);

    const turnedDown = demo.candidates.filter(({ verdict }) => verdict === "reject");
    expect(turnedDown.length).toBeGreaterThan(0);
    for (const { reasons } of turnedDown)
      expect(reasons.some(({ holds, figures }) => holds === "fails" && figures !== "")).toBe(true);

    expect(demo.promoted.length).toBeGreaterThan(0);
    const branches = git(dir, "branch", "--format=%(refname:short)", "--list", "evolve/*").trim().split("\n");
    expect(branches).toEqual(expect.arrayContaining(demo.promoted));
    for (const branch of demo.promoted) {
      expect(git(dir, "merge-base", "--is-ancestor", branch, "refs/ratchet/release")).toBe("");
    }
    const report = readFileSync(demo.report, "utf8");
    for (const branch of demo.promoted) expect(report).toContain(branch);

    expect(git(dir, "status", "--porcelain")).toBe("");
    expect(git(dir, "worktree", "list").trim().split("\n")).toHaveLength(1);
    expect(processesOf(folder.dir)).toEqual([]);
    expect(readdirSync(folder.temporary).filter((name) => name !== "node-compile-cache")).toEqual([]);
  },
);

const Score = z.object({ passed: z.number(), total: z.number() });
const Demo = z.object({
  before: Score,
  after: Score,
  heldOut: z.object({ before: z.number(), after: z.number(), bestOf2: z.number(), total: z.number() }),
  candidates: z
    .array(
      z.object({
        id: z.string(),
        rung: z.enum(["skill", "prompt", "harness"]),
        source: z.string(),
        verdict: z.enum(["accept", "reject", "inconclusive"]),
        reasons: z.array(z.object({ name: z.string(), holds: z.string(), figures: z.string() })),
      }),
    )
    .min(1),
  promoted: z.array(z.string()),
  rolledBack: z.boolean(),
  seconds: z.number(),
  model: z.string(),
  sandbox: z.string(),
  dir: z.string(),
  report: z.string(),
});
