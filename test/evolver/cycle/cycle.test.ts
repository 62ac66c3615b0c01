import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CycleReport } from "../../../evolver/cycle/cycle.ts";
import type { ProposeContext, Proposer } from "../../../evolver/propose/proposer.ts";
import { commitOf } from "../../../runtime/kernel/git.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { makeRuntime, type Kit } from "../../helpers/runtime.ts";
import { asking, cycleOf, replacing } from "./support.ts";

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

const limit = replacing("Raise the limit", "LIMIT = 3;", "LIMIT = 30;");
const colour = replacing("Add blue", '["red"]', '["red", "blue"]');

/** Each cycle has a home of its own; the first one holds the tasks. */
const kits = new AsyncDisposableStack();
let tasks: TaskOnDisk[];

beforeAll(async () => {
  const shelf = kits.use(await makeRuntime());
  const names = ["red 1", "red 2", "red 7", "red 8", "red 9", "blue 1", "blue 2"];
  tasks = await Promise.all(
    names.map((name) => asking(shelf, `test/${name.replace(" ", "-")}`, name, name.split(" ", 1)[0] ?? "")),
  );
});
afterAll(() => kits.disposeAsync());

describe("a cycle with a proposer that throws and two that know what helps", () => {
  const broken: Proposer = { name: "broken", propose: () => Promise.reject(new Error("out of ideas")) };
  const failed: string[] = [];
  let ran: Ran;
  beforeAll(async () => {
    ran = await cycle([broken, limit, colour], (name) => failed.push(name));
  });

  test("accepts what helps, stacks it, and counts every trial", async () => {
    const { report, kit } = ran;
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

  test("tells who threw", () => {
    expect(new Set(failed)).toEqual(new Set(["broken"]));
  });
});

describe("a cycle whose first patch is of no use to the first cluster", () => {
  let ran: Ran;
  beforeAll(async () => {
    ran = await cycle([colour, limit]);
  });

  test("tries it for another cluster all the same", () => {
    const { report } = ran;
    expect(report.after).toEqual({ passed: 7, total: 7 });
    const blue = report.candidates.filter(({ candidate }) => candidate.proposal.title === "Add blue");
    expect(blue.map(({ candidate }) => candidate.verdict)).toEqual(["reject", "accept"]);
    expect(new Set(blue.map(({ candidate }) => candidate.cluster)).size).toBe(2);
  });

  test("makes each candidate one commit on top of the parent that it names", async () => {
    const { report, kit } = ran;
    expect(report.candidates.length).toBeGreaterThan(1);
    for (const { candidate } of report.candidates) {
      expect(await commitOf(kit.runtime.home.dir, `${candidate.commit}^`)).toBe(candidate.parent);
    }
  });
});

test("proposers see neither held-out tasks, nor what the gate found on them, nor what a verifier found", async () => {
  const seen: ProposeContext[] = [];
  const forgetful = replacing("Forget red", '["red"]', '["green"]');
  const spy: Proposer = {
    name: "spy",
    propose(context) {
      seen.push(context);
      return forgetful.propose(context);
    },
  };
  const { report } = await cycle([spy, limit, colour]);
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
      expect(events.flatMap((event) => (event.kind === "verified" ? [event.detail] : [])).join("")).toBe("");
    }
  }
});

test("a patch that helps here and harms there is rejected", async () => {
  const { report } = await cycle([replacing("Trade red for blue", '["red"]', '["blue"]')]);
  expect(report.after).toEqual(report.before);
  const traded = report.candidates.find(({ outcomes }) => outcomes.length > 0)?.candidate;
  expect(traded?.verdict).toBe("reject");
  expect(traded?.regressions.length).toBeGreaterThan(0);
});

interface Ran {
  readonly report: CycleReport;
  readonly kit: Kit;
}

async function cycle(proposers: readonly Proposer[], onFailed?: (name: string) => void): Promise<Ran> {
  const kit = kits.use(await makeRuntime({ harness: { "main.ts": MAIN } }));
  const report = await cycleOf(kit, {
    tasks,
    proposers,
    watch: (event) => {
      if (event.kind === "proposer-failed") onFailed?.(event.proposer);
    },
  });
  return { report, kit };
}

test("a suite of which nothing can be decided ends the cycle: something else is broken", async () => {
  await using broken = await makeRuntime();
  const task = await broken.task("instruction: x\nverify:\n  - { command: [/verify/check.sh] }", {
    "verify/check.sh": "no program",
  });
  const asked = cycleOf(broken, { tasks: [task], proposers: [] });
  await expect(asked).rejects.toMatchObject({
    kind: "infrastructure",
    message: expect.stringContaining("none of 1 tasks could be decided"),
  });
});
