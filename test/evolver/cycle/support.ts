/** What the tests of cycles share: patches that replace a text of the harness, tasks that ask for a word, a cycle to run. */
import { runCycle, type CycleOptions, type CycleReport } from "../../../evolver/cycle/cycle.ts";
import type { Proposer } from "../../../evolver/propose/proposer.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import type { Kit } from "../../helpers/runtime.ts";

/** Proposes to replace `from` in `harness/main.ts`, and nothing where that is not there. */
export function replacing(title: string, from: string, to: string): Proposer {
  return {
    name: title,
    async propose({ genome }) {
      const before = genome.get("harness/main.ts") ?? "";
      const after = before.replace(from, () => to);
      if (after === before) return [];
      const edits = [{ path: "harness/main.ts", before, after }];
      const about = { source: "operator:test", rationale: "It seems so", costUsd: 0 };
      return [{ rung: "harness", title, edits, ...about }];
    },
  };
}

/** A task whose `out.txt` must be the word. */
export async function asking(kit: Kit, id: string, instruction: string, word: string): Promise<TaskOnDisk> {
  const yaml = `instruction: ${instruction}\nverify:\n  - { file: out.txt, equals: out.txt }`;
  return { ...(await kit.task(yaml, { "verify/out.txt": `${word}\n` })), id };
}

/** A cycle on the kit's own genome, which is the first release too, without guards. */
export function cycleOf(
  { runtime, genome }: Pick<Kit, "runtime" | "genome">,
  options: Pick<CycleOptions, "tasks" | "proposers"> & Partial<CycleOptions>,
): Promise<CycleReport> {
  return runCycle({
    runtime,
    release: genome.sha,
    origin: genome.sha,
    suite: "test",
    guards: { safety: [], bank: [], unreadable: [] },
    signal: new AbortController().signal,
    ...options,
  });
}
