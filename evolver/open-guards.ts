/** The cases that no candidate may lose: the safety suite, and what earlier patches fixed. */
import { bankOf } from "../replay/bank/bank.ts";
import { keepCase } from "../replay/bank/keep-case.ts";
import { openSuite } from "../replay/suites/suite.ts";
import { RatchetError } from "../runtime/kernel/error.ts";
import type { Runtime } from "../runtime/kernel/run/run-task.ts";
import type { TaskOnDisk } from "../runtime/kernel/suite/task.ts";
import type { Guards } from "./cycle/cases.ts";

/**
 * @param suite name of the suite that the cycle improves on, and its tasks
 * @throws RatchetError (config) when that is the safety suite; when the safety suite or the bank cannot be read
 */
export async function openGuards(
  runtime: Runtime,
  suite: string,
  tasks: readonly TaskOnDisk[],
): Promise<Guards> {
  const { home } = runtime;
  const { safety } = home.config.evolution;
  if (suite === safety) {
    throw new RatchetError(
      "config",
      `the suite "${suite}" guards every cycle, so that no cycle can learn from it`,
      "Name another suite: --suite, or evolution.suite in agent.yaml.",
    );
  }
  if (suite === HELD_OUT) {
    throw new RatchetError(
      "config",
      `the suite "${suite}" is there to measure what cycles never saw`,
      "Name another suite: --suite, or evolution.suite in agent.yaml.",
    );
  }
  return { safety: await openSuite(home, safety), ...(await openBank(runtime, tasks)) };
}

const HELD_OUT = "chores-heldout";

/** A kept case whose task looks different in the suite by now is a case of its own, under a name of its own. */
async function openBank(
  { home, store }: Runtime,
  tasks: readonly TaskOnDisk[],
): Promise<Omit<Guards, "safety">> {
  const bank: TaskOnDisk[] = [];
  const unreadable: string[] = [];
  const inSuite = new Map(tasks.map((task) => [task.id, task]));
  for (const entry of await bankOf(home, store)) {
    if (entry.kind === "unreadable") {
      unreadable.push(`${entry.kept.task}: ${entry.why}`);
      continue;
    }
    const { task, kept } = entry;
    const namesake = inSuite.get(task.id);
    const isSame = namesake === undefined || (await keepCase(home, namesake)).tree === kept.tree;
    bank.push(isSame ? (namesake ?? task) : { ...task, id: `${task.id}@${kept.tree.slice(0, 8)}` });
  }
  return { bank, unreadable };
}
