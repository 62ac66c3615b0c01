/** Three tiny tasks that any release should live through; they are written once under `.agent/suites/`. */
import { join } from "node:path";
import type { Home } from "../../runtime/kernel/home/home.ts";
import { packageVersion } from "../../runtime/kernel/package.ts";
import { loadSuite } from "../../runtime/kernel/suite/load.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import type { Chore } from "../suites/chores/chore.ts";
import { writtenOnce } from "../suites/write-once.ts";

export interface SmokeTask {
  readonly onDisk: TaskOnDisk;
  /** It asks for a file, so that its check tells whether the agent can do anything at all. */
  readonly hasResult: boolean;
}

/** @throws RatchetError (config) when the files were changed into something that is no task; system errors */
export async function smokeTasks(home: Home): Promise<SmokeTask[]> {
  const tasks = await loadSuite(join(await written(home), "smoke"));
  return tasks.map((onDisk) => ({ onDisk, hasResult: onDisk.task.verify.some((check) => "file" in check) }));
}

const TASKS: readonly Chore[] = [
  {
    name: "greeting",
    heldOut: false,
    instruction: "Say hello in one sentence. No file is to be read or written.",
    workspace: {},
    truth: {},
    checks: [{ absent: "hello.txt" }],
  },
  {
    name: "pick",
    heldOut: false,
    instruction:
      "From people.json keep only the fields name and age of each person and write them to short.json.",
    workspace: {
      "people.json": JSON.stringify([
        { name: "Ada", age: 36, city: "London" },
        { name: "Grace", age: 85, city: "New York" },
      ]),
    },
    truth: { "short.json": '[{"name":"Ada","age":36},{"name":"Grace","age":85}]\n' },
    checks: [{ file: "short.json", equals: "short.json", as: "json" }],
  },
  {
    name: "total",
    heldOut: false,
    instruction: "Add up the amount column of sales.csv and write the total to total.txt.",
    workspace: { "sales.csv": "day,amount\n1,20\n2,22\n" },
    truth: { "total.txt": "42\n" },
    checks: [{ file: "total.txt", equals: "total.txt", as: "number" }],
  },
];

function written(home: Home): Promise<string> {
  return writtenOnce(home, `smoke-${packageVersion()}`, async (folder) => {
    const { writeChore } = await import("../suites/chores/write-chore.ts");
    for (const task of TASKS) await writeChore(join(folder, "smoke", task.name), task);
  });
}
