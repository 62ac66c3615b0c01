/** The planted faults and the scenarios that show them: what the repair figures rest on. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadFaults, plant, plantedLines, type Fault } from "../../bench/support/repair/faults.ts";
import { houseAt } from "../../bench/support/repair/house.ts";
import { CONCERNS } from "../../bench/support/repair/model/plan.ts";
import { scenarioModel } from "../../bench/support/repair/model/model.ts";
import { refusal } from "../../bench/support/repair/model/rules.ts";
import { OUTPUT_TOKENS } from "../../bench/support/repair/planted-home.ts";
import { scenarioOf, TEMPLATES } from "../../bench/support/repair/scenarios/index.ts";
import { nameOf, suiteFor, writeSuite, type Job } from "../../bench/support/repair/suite.ts";
import { checkTypes } from "../../evolver/check/types.ts";
import { protocolTypes } from "../../evolver/check/protocol-types.ts";
import { detectSandbox } from "../../guardrails/sandbox/detect.ts";
import type { Sandbox } from "../../guardrails/sandbox/sandbox.ts";
import type { Harness, ModelRequest } from "../../runtime/kernel/protocol.ts";
import { loadSuite } from "../../runtime/kernel/suite/load.ts";
import { runInProcess, type Outcome } from "../helpers/in-process.ts";

const faults = loadFaults();
let top: string;
let house: string;
let sandbox: Sandbox;

beforeAll(async () => {
  top = mkdtempSync(join(tmpdir(), "ratchet-repair-"));
  house = await houseAt(join(top, "house"));
  sandbox = await detectSandbox();
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

describe("the planted faults", () => {
  test("are at least forty, of every concern, half of them set apart", () => {
    expect(faults.length).toBeGreaterThanOrEqual(40);
    expect(new Set(faults.map(({ concern }) => concern))).toEqual(new Set(CONCERNS));
    for (const half of ["seen", "unseen"])
      expect(faults.filter((fault) => fault.half === half).length).toBeGreaterThan(faults.length / 3);
  });

  test("apply to the shipped harness, and no compiler finds them", async () => {
    const all = new Map<string, string>();
    for (const fault of faults) {
      const harness = await planted(fault);
      for (const file of readdirSync(harness)) {
        // One program for all of them: each has its files under a name of its own.
        const text = readFileSync(join(harness, file), "utf8");
        const prefix = `${fault.name}--`;
        all.set(`${prefix}${file}`, text.replaceAll('from "./', `from "./${prefix}`));
      }
    }
    expect(await checkTypes(all, protocolTypes())).toEqual([]);
  });

  test("say on which lines they are", () => {
    for (const { lines } of faults) {
      expect(lines.length).toBeGreaterThan(0);
      for (const { file, from, to } of lines) {
        expect(file).toMatch(/^harness\/\w+\.ts$/);
        expect(to).toBeGreaterThanOrEqual(from);
      }
    }
    const patch =
      "+++ b/runtime/genome/harness/x.ts\n@@ -3,3 +3,2 @@\n a\n-b\n c\n@@ -9,2 +8,3 @@\n d\n+e\n+f\n";
    expect(plantedLines(patch)).toEqual([
      { file: "harness/x.ts", from: 3, to: 4 },
      { file: "harness/x.ts", from: 9, to: 10 },
    ]);
  });

  test("are told when they do not apply any more", async () => {
    const dir = join(top, "other");
    mkdirSync(join(dir, "harness"), { recursive: true });
    await expect(plant(some("pause-taken-for-end"), dir)).rejects.toThrow(
      /pause-taken-for-end.*does not apply/,
    );
  });
});

describe("the scenarios", () => {
  test("all pass on the shipped harness", async () => {
    const jobs = TEMPLATES.map((template, i) => ({ template, seed: 1 + (i % 6) }));
    const outcomes = await play(join(house, "harness"), jobs);
    expect([...outcomes].filter(([, { pass }]) => !pass)).toEqual([]);
    expect(outcomes.size).toBe(TEMPLATES.length);
  });

  test.each([
    ["task-lost-in-summary", "vouchers", "I was not told what to do"],
    ["wordless-reply-dropped", "silent-hands", "unexpected tool_use_id"],
  ])("fail with %s, and repeat exactly", async (name, template, why) => {
    const harness = await planted(some(name));
    const jobs = TEMPLATES.filter((one) => one.name === template).flatMap((one) =>
      [1, 2].map((seed) => ({ template: one, seed })),
    );
    const [first, second] = [await play(harness, jobs), await play(harness, jobs)];
    for (const outcome of first.values()) {
      expect(outcome.pass).toBe(false);
      expect(outcome.why).toContain(why);
    }
    expect(second).toEqual(first);
  });

  test("give each concern four tasks and some of the others", () => {
    for (const concern of CONCERNS) {
      const suite = suiteFor(concern);
      const isOwn = ({ template }: Job): boolean =>
        template.concern === concern || template.also?.includes(concern) === true;
      expect(suite.filter(isOwn).length).toBeGreaterThanOrEqual(4);
      expect(suite.filter((job) => !isOwn(job)).length).toBeGreaterThanOrEqual(8);
      expect(new Set(suite.map(nameOf)).size).toBe(suite.length);
    }
  });
});

describe("the scripted server", () => {
  const call = { type: "tool_use", id: "a", name: "read", input: {} } as const;
  const result = { type: "tool_result", tool_use_id: "a", content: "x" } as const;
  const text = { type: "text", text: "x" } as const;
  const talk = (...contents: readonly ModelRequest["messages"][number]["content"][]): ModelRequest => ({
    messages: contents.map((content, i) => ({ role: i % 2 === 0 ? "user" : "assistant", content })),
  });

  test.each([
    ["a call without a result", talk("x", [call], [text]), /without tool_result/],
    ["a result without a call", talk("x", [text], [result]), /unexpected tool_use_id/],
    ["text before results", talk("x", [call], [text, result]), /must come first/],
    ["an id used twice", talk("x", [call], [result], [call], [result]), /unique/],
    ["empty text", talk("x", [{ type: "text", text: " " }, call], [result]), /non-empty/],
    ["an empty result", talk("x", [call], [{ ...result, content: "" }]), /must not be empty/],
    ["half a character", talk("\ud83d"), /surrogate/],
    ["a last word of its own", talk("x", [text]), /must end/],
  ])("refuses %s", (_, request, why) => {
    expect(refusal(request, false)).toMatch(why);
  });

  test("takes a conversation that is in order", () => {
    expect(refusal(talk("x", [text, call], [result, text]), false)).toBeUndefined();
  });
});

function some(name: string): Fault {
  const fault = faults.find((one) => one.name === name);
  if (fault === undefined) throw new Error(`there is no fault ${name}`);
  return fault;
}

/** A copy of the shipped harness with the fault. @returns its folder */
async function planted(fault: Fault): Promise<string> {
  const dir = join(top, fault.name);
  cpSync(join(house, "harness"), join(dir, "harness"), { recursive: true });
  await plant(fault, dir);
  return join(dir, "harness");
}

async function play(harness: string, jobs: readonly Job[]): Promise<Map<string, Outcome>> {
  const folder = join(mkdtempSync(join(top, "suite-")), "s");
  await writeSuite(folder, jobs);
  const { run } = (await import(pathToFileURL(join(harness, "main.ts")).href)) as { run: Harness };
  const setup = {
    harness: run,
    prompts: join(house, "prompts"),
    skills: join(house, "skills"),
    model: scenarioModel(scenarioOf),
    outputTokens: OUTPUT_TOKENS,
    sandbox,
    steps: 60,
    seconds: 20,
  };
  const tasks = await loadSuite(folder);
  const played = tasks.map(async (task) => [task.id, await runInProcess(setup, task)] as const);
  return new Map(await Promise.all(played));
}
