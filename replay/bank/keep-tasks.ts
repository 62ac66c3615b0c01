/** Keeps tasks that are known by name only: where they still are in their suites. */
import { messageOf } from "../../runtime/kernel/error.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import { openSuite } from "../suites/suite.ts";
import { keepCase } from "./keep-case.ts";
import type { KeptCase } from "./kept-case.ts";

export interface Kept {
  readonly cases: readonly KeptCase[];
  /** Tasks that could not be kept. */
  readonly lost: readonly { readonly task: string; readonly why: string }[];
}

/** Never rejects for a task that cannot be found or kept: it is named. @param tasks `suite/task`, each once */
export async function keepTasks(home: Home, tasks: readonly string[]): Promise<Kept> {
  const cases: KeptCase[] = [];
  const lost: { task: string; why: string }[] = [];
  for (const [suite, names] of Map.groupBy(tasks, (task) => task.split("/", 1)[0] ?? "")) {
    let found: readonly TaskOnDisk[] = [];
    let missing = "its suite has it no more";
    try {
      found = await openSuite(home, suite);
    } catch (error) {
      missing = messageOf(error);
    }
    for (const task of names) {
      const onDisk = found.find(({ id }) => id === task);
      try {
        if (onDisk === undefined) lost.push({ task, why: missing });
        else cases.push(await keepCase(home, onDisk));
      } catch (error) {
        lost.push({ task, why: messageOf(error) });
      }
    }
  }
  return { cases, lost };
}
