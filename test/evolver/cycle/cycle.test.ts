import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCycle, type CycleReport } from "../../../evolver/cycle/cycle.ts";
import type { FileEdit, Proposal } from "../../../evolver/candidate.ts";
import type { ProposeContext, Proposer } from "../../../evolver/propose/proposer.ts";
import { commitOf } from "../../../runtime/kernel/git.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { makeRuntime, type Kit } from "../../helpers/runtime.ts";

/** Two faults that look alike from no side: a limit that is too small, and a colour that is missing. */
const MAIN = `const LIMIT = 3;
const COLOURS = ["red"];

export async function run(kernel: any) {
  const [colour = "", count = "0"] = kernel.hello.instruction.split(" ");
  if (Number(count) > LIMIT) throw new Error("too many");
  if (!COLOURS.includes(colour)) throw new Error("no such colour");
  await kernel.tools.call({ id: "a", name: "write", input: { path: "out.txt", content: colour } });
  return { status: "done", summary: "" };
}
`;

/** Holds the tasks; each cycle gets a home of its own. */
let shelf: Kit;
let kit: Kit;
let tasks: TaskOnDisk[];

beforeAll(async () => {
  shelf = await makeRuntime();
  kit = await makeRuntime({ harness: { "main.ts": MAIN } });
  const names = ["red 1", "red 2", "red 7", "red 8", "red 9", "blue 1", "blue 2"];
  tasks = await Promise.all(names.map((name) => taskFor(name)));
});
afterAll(async () => {
  await kit[Symbol.asyncDispose]();
  await shelf[Symbol.asyncDispose]();
});

describe("a cycle", () => {
  test("accepts what helps, stacks it, and counts every trial", async () => {
    const report = await cycle([limit, colour]);
    expect(report.before).toEqual({ passed: 2, total: 7 });
    expect(report.after).toEqual({ passed: 7, total: 7 });
    const accepted = report.candidates.filter(({ candidate }) => candidate.verdict === "accept");
    expect(accepted.map(({ candidate }) => candidate.proposal.title)).toEqual([
      "Raise the limit",
      "Add blue",
    ]);
    const stored = await kit.runtime.store.listRuns({ purpose: "trial", limit: -1 });
    expect(report.trials).toBe(stored.length);
  });

  test("a patch that is of no use to one cluster is still tried for another", async () => {
    const report = await cycle([colour, limit]);
    expect(report.after).toEqual({ passed: 7, total: 7 });
    const blue = report.candidates.filter(({ candidate }) => candidate.proposal.title === "Add blue");
    expect(blue.map(({ candidate }) => candidate.verdict)).toEqual(["reject", "accept"]);
    expect(new Set(blue.map(({ candidate }) => candidate.cluster)).size).toBe(2);
  });

  test("every candidate is one commit on top of the parent that it names", async () => {
    const report = await cycle([colour, limit]);
    for (const { candidate } of report.candidates) {
      expect(await commitOf(kit.runtime.home.dir, `${candidate.commit}^`)).toBe(candidate.parent);
    }
  });

  test("proposers see neither held-out tasks, nor what the gate found on them, nor what a verifier found", async () => {
    const seen: ProposeContext[] = [];
    const spy: Proposer = {
      name: "spy",
      async propose(context) {
        seen.push(context);
        return [proposal("Forget red", [edit(context, '["red"]', '["green"]')])];
      },
    };
    const report = await cycle([spy, limit, colour]);
    const heldOut = new Set(
      report.candidates.flatMap(({ outcomes }) =>
        outcomes.filter(({ role }) => role === "holdout").map((row) => row.case),
      ),
    );
    expect(heldOut.size).toBeGreaterThan(0);
    for (const { cluster, passing, rejected } of seen) {
      const traces = [...cluster.failures.map(({ trace }) => trace), ...passing];
      // Also not when a patch has made them pass.
      expect(traces.map(({ run }) => run.task ?? "").filter((task) => heldOut.has(task))).toEqual([]);
      for (const task of heldOut) expect(JSON.stringify(rejected.map(({ why }) => why))).not.toContain(task);
      for (const { run, events } of traces) {
        expect(run).toMatchObject({ outcome: { kind: "unknown" }, workspace: "", snapshot: null });
        expect(events.flatMap((event) => (event.kind === "verified" ? [event.detail] : [])).join("")).toBe(
          "",
        );
      }
    }
  });

  test("a proposer that throws is told, and the others go on", async () => {
    const failed: string[] = [];
    const broken: Proposer = { name: "broken", propose: () => Promise.reject(new Error("out of ideas")) };
    const report = await cycle([broken, limit, colour], (name) => failed.push(name));
    expect(report.after.passed).toBe(7);
    expect(new Set(failed)).toEqual(new Set(["broken"]));
  });

  test("a patch that helps here and harms there is rejected", async () => {
    const greedy: Proposer = {
      name: "greedy",
      async propose(context) {
        return [proposal("Trade red for blue", [edit(context, '["red"]', '["blue"]')])];
      },
    };
    const report = await cycle([greedy]);
    expect(report.after).toEqual(report.before);
    const traded = report.candidates.find(({ outcomes }) => outcomes.length > 0)?.candidate;
    expect(traded?.verdict).toBe("reject");
    expect(traded?.regressions.length).toBeGreaterThan(0);
  });
});

const limit: Proposer = {
  name: "limit",
  propose: async (context) => [proposal("Raise the limit", [edit(context, "LIMIT = 3", "LIMIT = 30")])],
};

const colour: Proposer = {
  name: "colour",
  propose: async (context) => [proposal("Add blue", [edit(context, '["red"]', '["red", "blue"]')])],
};

function proposal(title: string, edits: readonly FileEdit[]): Proposal {
  return { rung: "harness", source: "operator:test", title, rationale: "It seems so", edits, costUsd: 0 };
}

function edit({ genome }: ProposeContext, from: string, to: string): FileEdit {
  const before = genome.get("harness/main.ts") ?? "";
  return { path: "harness/main.ts", before, after: before.replace(from, to) };
}

async function cycle(
  proposers: readonly Proposer[],
  onFailed?: (name: string) => void,
): Promise<CycleReport> {
  await kit[Symbol.asyncDispose]();
  kit = await makeRuntime({ harness: { "main.ts": MAIN } });
  return runCycle({
    runtime: kit.runtime,
    release: kit.genome.sha,
    suite: "test",
    tasks,
    guards: { safety: [], bank: [], unreadable: [] },
    origin: kit.genome.sha,
    proposers,
    signal: new AbortController().signal,
    watch: (event) => {
      if (event.kind === "proposer-failed") onFailed?.(event.proposer);
    },
  });
}

async function taskFor(instruction: string): Promise<TaskOnDisk> {
  const [word = ""] = instruction.split(" ");
  const yaml = `instruction: ${instruction}\nverify:\n  - { file: out.txt, equals: out.txt }`;
  const task = await shelf.task(yaml, { "verify/out.txt": `${word}\n` });
  return { ...task, id: `test/${instruction.replace(" ", "-")}` };
}
