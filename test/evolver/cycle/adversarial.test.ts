/**
 * Candidates made to get past the gate without being any good. Each goes through a real cycle beside an honest one; none of
 * them may be accepted, and each must fall for the reason that was written down for it.
 */
import { createHash } from "node:crypto";
import { glob, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { FileEdit, Proposal } from "../../../evolver/candidate.ts";
import { runCycle, type CycleReport } from "../../../evolver/cycle/cycle.ts";
import type { Proposer } from "../../../evolver/propose/proposer.ts";
import { writeSafety } from "../../../replay/suites/safety/safety.ts";
import { loadSuite } from "../../../runtime/kernel/suite/load.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { filesOf } from "../../helpers/files.ts";
import { makeRuntime, type Files, type Kit } from "../../helpers/runtime.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/adversarial");
const HONEST = "Take more than one step";

const Fixture = z.strictObject({
  rung: z.enum(["skill", "prompt", "harness"]),
  title: z.string(),
  /** Name of the reason that turns it down; `refused` when it cannot even become a commit. */
  reason: z.string(),
  /** Must be in the figures of that reason. */
  figures: z.string().optional(),
  edits: z.array(
    z.strictObject({
      path: z.string(),
      replace: z.array(z.strictObject({ from: z.string(), to: z.string() })).optional(),
      append: z.string().optional(),
      text: z.string().optional(),
    }),
  ),
});
type Fixture = z.infer<typeof Fixture>;

let kit: Kit;
let report: CycleReport;
const fixtures = new Map<string, Fixture>();

beforeAll(async () => {
  for await (const file of glob(join(FIXTURES, "*/*/candidate.yaml"))) {
    const name = relative(FIXTURES, dirname(file));
    fixtures.set(name, Fixture.parse(parse(await readFile(file, "utf8"))));
  }
  const harness = await filesOf("runtime/genome/templates/naive/harness");
  const loop = (harness["loop.ts"] ?? "").replace("const MAX_STEPS = 10;", "const MAX_STEPS = 2;");
  kit = await makeRuntime({
    harness: { ...harness, "loop.ts": loop },
    agentYaml:
      "name: target\nevolution: { candidates_per_cluster: 50, candidates_per_cycle: 200, passing: 1 }",
    skills: { "csv-total/SKILL.md": await threeSteps() },
    guardrailsYaml: "invariants: [{ file: prompts/system.md, text: You are a careful assistant }]",
  });
  report = await runCycle({
    runtime: kit.runtime,
    release: kit.genome.sha,
    origin: kit.genome.sha,
    suite: "stall",
    tasks: await suite(),
    guards: { safety: await safety(), bank: [await picking("bank/stock-list")], unreadable: [] },
    proposers: [everybody()],
    signal: new AbortController().signal,
  });
}, 300_000);
afterAll(() => kit[Symbol.asyncDispose]());

test("there are at least 25 of at least 8 kinds", () => {
  expect(fixtures.size).toBeGreaterThanOrEqual(25);
  expect(new Set([...fixtures.keys()].map((name) => dirname(name))).size).toBeGreaterThanOrEqual(8);
});

test("none is accepted, and the honest one is", () => {
  const accepted = report.candidates.filter(({ candidate }) => candidate.verdict === "accept");
  expect(accepted.map(({ candidate }) => candidate.proposal.title)).toEqual([HONEST]);
  expect(report.before.passed).toBeLessThan(report.after.passed);
  expect(report.after.passed).toBe(report.after.total);
});

test("each falls for the reason that it was made for", () => {
  const expected = new Map([...fixtures].map(([name, { reason }]) => [name, reason]));
  const found = new Map([...fixtures.keys()].map((name) => [name, whyNot(name)]));
  expect(found).toEqual(expected);
});

/** The expected reason when it is among those that turned it down; all of them otherwise. */
function whyNot(name: string): string {
  const { reason, figures = "" } = fixtures.get(name) ?? { reason: "" };
  if (report.refused.some(({ proposal }) => proposal.source === `fixture:${name}`)) return "refused";
  const judged = report.candidates.find(({ candidate }) => candidate.proposal.source === `fixture:${name}`);
  if (judged === undefined) return "never judged";
  const against = judged.candidate.reasons.filter(({ holds }) => holds === "fails");
  const isExpected = against.some((one) => one.name === reason && one.figures.includes(figures));
  if (isExpected && judged.candidate.verdict === "reject") return reason;
  return judged.candidate.reasons
    .filter(({ holds }) => holds !== "holds")
    .map((one) => `${one.name}: ${one.figures}`)
    .join("; ");
}

/** Proposes all of them at once, and the honest patch behind them. */
function everybody(): Proposer {
  return {
    name: "everybody",
    async propose({ genome }) {
      if (genome.get("harness/loop.ts")?.includes("MAX_STEPS = 12;") === true) return [];
      const honest: Fixture = {
        rung: "harness",
        title: HONEST,
        reason: "",
        edits: [
          {
            path: "harness/loop.ts",
            replace: [{ from: "const MAX_STEPS = 2;", to: "const MAX_STEPS = 12;" }],
          },
        ],
      };
      return [...fixtures, ["honest", honest] as const].map(([name, one]) => proposalOf(name, one, genome));
    },
  };
}

function proposalOf(name: string, fixture: Fixture, genome: ReadonlyMap<string, string>): Proposal {
  const edits = fixture.edits.map(({ path, replace = [], append = "", text }): FileEdit => {
    const before = genome.get(path);
    for (const { from } of replace) {
      if (before?.includes(from) !== true) throw new Error(`${name}: ${path} does not hold ${from}`);
    }
    const after =
      text ?? replace.reduce((all, { from, to }) => all.replace(from, () => to), before ?? "") + append;
    return { path, before, after };
  });
  const { rung, title } = fixture;
  return { rung, source: `fixture:${name}`, title, rationale: "It helps", edits, costUsd: 0 };
}

// ---------------------------------------------------------------- the suite

const NAMES = ["march-takings", "roof-repairs", "choir-trip", "seed-order"];

/** Four tasks of three steps, which two steps cannot do, and one of one step. Totals of held-out tasks are longer. */
async function suite(): Promise<TaskOnDisk[]> {
  const hash = (name: string): string => createHash("sha256").update(`stall/${name}`).digest("hex");
  const heldOut = new Set(NAMES.toSorted((a, b) => (hash(a) < hash(b) ? -1 : 1)).slice(0, 2));
  const totals = NAMES.map((name, i) => {
    const amounts = [41_275 + i, 12_804 + 7 * i, heldOut.has(name) ? 9_110_231 : 3_040];
    return adding(name, amounts, i === 0);
  });
  return Promise.all([...totals, counting("stall/speech-words")]);
}

async function adding(name: string, cents: readonly number[], hasCheck: boolean): Promise<TaskOnDisk> {
  const money = (value: number): string => (value / 100).toFixed(2);
  const total = money(cents.reduce((sum, value) => sum + value, 0));
  const verify = hasCheck
    ? "{ command: [node, tests/check.mjs] }"
    : "{ file: total.txt, equals: total.txt, as: number }";
  return named(
    `stall/${name}`,
    `instruction: Add up the amount column of ${name}.csv and put just the number in total.txt.\nverify:\n  - ${verify}`,
    {
      [`workspace/${name}.csv`]: `item,amount\n${cents.map((value, i) => `thing ${i},${money(value)}\n`).join("")}`,
      "workspace/tests/check.mjs": `import { readFileSync } from "node:fs";
process.exit(Number(readFileSync("total.txt", "utf8")) === ${total} ? 0 : 1);
`,
      "verify/total.txt": `${total}\n`,
    },
  );
}

async function picking(id: string): Promise<TaskOnDisk> {
  const records = [1, 2, 3].map((at) => ({ id: at, title: `thing ${at}`, weight: at * 3 }));
  const kept = records.map(({ id: number, title }) => ({ id: number, title }));
  return named(
    id,
    "instruction: Reduce goods.json to the fields id and title of each record, and save it as slim.json.\nverify:\n  - { file: slim.json, equals: slim.json, as: json }",
    { "workspace/goods.json": JSON.stringify(records), "verify/slim.json": JSON.stringify(kept) },
  );
}

async function counting(id: string): Promise<TaskOnDisk> {
  return named(
    id,
    "instruction: Which 2 words come up most often in speech.txt? Write the counts to words.txt, one per line, the commonest first.\nverify:\n  - { file: words.txt, equals: words.txt }",
    { "workspace/speech.txt": "we we we can can do\n", "verify/words.txt": "we 3\ncan 2\n" },
  );
}

async function named(id: string, yaml: string, files: Files): Promise<TaskOnDisk> {
  return { ...(await kit.task(yaml, files)), id };
}

/** The skill of the naive template, which looks at the table first. */
async function threeSteps(): Promise<string> {
  const text = (await filesOf("runtime/genome/templates/naive/skills/csv-total"))["SKILL.md"] ?? "";
  return text.replace(
    "## Steps\n",
    "## Steps\n\n1. Look at it.\n\n   ```bash\n   head -n 1 {{file}}\n   ```\n",
  );
}

/** One that two steps can do or spoil. */
async function safety(): Promise<TaskOnDisk[]> {
  const folder = kit.folder();
  await writeSafety(folder, { seed: 1 });
  return (await loadSuite(join(folder, "safety"))).filter(({ id }) => id === "safety/log-without-crash");
}
