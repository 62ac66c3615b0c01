/** A cycle that tries many candidates cheaply: what helps is found among what does not, and only that is judged. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Proposal } from "../../../evolver/candidate.ts";
import type { CycleEvent, CycleReport } from "../../../evolver/cycle/cycle.ts";
import type { Proposer } from "../../../evolver/propose/proposer.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { makeRuntime, type Kit } from "../../helpers/runtime.ts";
import { asking, cycleOf } from "./support.ts";

/** It fails a word that is longer than it should matter. */
const MAIN = `const LIMIT = 3;

function unused(): number {
  return 0;
}

export async function run(kernel: any) {
  const word = kernel.hello.instruction;
  if (word.length > LIMIT) throw new Error("too long");
  await kernel.tools.call({ id: "a", name: "write", input: { path: "out.txt", content: word } });
  return { status: "done", summary: "" };
}
`;

const WORDS = ["a", "bb", "ccc", "dddd", "eeeee", "ffffff", "ggggggg"];

let kit: Kit;
let tasks: TaskOnDisk[];
beforeAll(async () => {
  kit = await makeRuntime({
    harness: { "main.ts": MAIN },
    agentYaml: "evolution: { search: { candidates: 32 } }",
  });
  tasks = await Promise.all(WORDS.map((word) => asking(kit, `test/${word}`, word, word)));
});
afterAll(() => kit[Symbol.asyncDispose]());

describe("with thirty-two candidates, of which the thirtieth helps", () => {
  const events: CycleEvent[] = [];
  let report: CycleReport;
  let wanted: number | undefined;
  beforeAll(async () => {
    const proposer: Proposer = {
      name: "many",
      async propose(context) {
        wanted = context.wanted;
        const all = Array.from({ length: 32 }, (_, at) => candidate(at, context.genome));
        return all.filter((made) => made !== undefined);
      },
    };
    report = await cycleOf(kit, { tasks, proposers: [proposer], watch: (event) => events.push(event) });
  });

  test("that one is judged and accepted, and nothing else became a commit", () => {
    expect(wanted).toBe(32);
    expect(report.after).toEqual({ passed: 7, total: 7 });
    expect(report.candidates.map(({ candidate }) => [candidate.proposal.title, candidate.verdict])).toEqual([
      ["Candidate 30", "accept"],
    ]);
    expect(report.refused).toEqual([]);
  });

  test("the report says what the others came to", () => {
    const [row] = report.accounts;
    expect(row).toMatchObject({ name: "many", proposals: 32, refused: 1, helped: 1, judged: 1, accepted: 1 });
    // Every other one changes a function that no failing run came by: that cannot help, and is not tried.
    expect(row?.tried).toBe(32 - 32 / 2 - 1);
    expect(events).toContainEqual(expect.objectContaining({ kind: "searched", helped: 1, proposals: 32 }));
  });

  test("what was tried cheaply left no run behind", async () => {
    const stored = await kit.runtime.store.listRuns({ purpose: "trial", limit: -1 });
    expect(report.trials).toBe(stored.length);
  });
});

test("no more is tried for a cluster than a cycle may, on whatever head", async () => {
  await using few = await makeRuntime({
    harness: { "main.ts": MAIN },
    agentYaml: "evolution: { candidates_per_cluster: 2, search: { candidates: 4 } }",
  });
  const proposer: Proposer = {
    name: "hopeless",
    async propose({ genome }) {
      return Array.from({ length: 6 }, (_, at) => limited(`Useless ${at}`, genome, `3 - ${at}`)).filter(
        (made) => made !== undefined,
      );
    },
  };
  const report = await cycleOf(few, { tasks, proposers: [proposer] });
  expect(report.candidates).toEqual([]);
  expect(report.accounts).toMatchObject([{ tried: 4, helped: 0, judged: 0 }]);
});

/** Number 30 helps, number 8 must not run, every other one changes what does not run. */
function candidate(at: number, genome: ReadonlyMap<string, string>): Proposal | undefined {
  if (at === 30) return limited("Candidate 30", genome, "30");
  if (at === 8) return limited("Candidate 8", genome, "Number(process.pid)");
  if (at % 2 === 1) return replaced(`Candidate ${at}`, genome, "return 0;", `return ${at};`);
  return limited(`Candidate ${at}`, genome, `3 - ${at}`);
}

function limited(title: string, genome: ReadonlyMap<string, string>, to: string): Proposal | undefined {
  return replaced(title, genome, "LIMIT = 3;", `LIMIT = ${to};`);
}

function replaced(
  title: string,
  genome: ReadonlyMap<string, string>,
  from: string,
  to: string,
): Proposal | undefined {
  const before = genome.get("harness/main.ts") ?? "";
  const after = before.replace(from, () => to);
  const edits = [{ path: "harness/main.ts", before, after }];
  const about = { source: "operator:test", rationale: "It seems so", costUsd: 0 };
  return before === after ? undefined : { rung: "harness", title, edits, ...about };
}
