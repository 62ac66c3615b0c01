/** A home with planted faults, its suites and a runtime on which cycles can be run. */
import { join } from "node:path";
import { cleaner } from "../../../guardrails/secrets.ts";
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import { openHome } from "../../../runtime/kernel/home/home.ts";
import type { Runtime } from "../../../runtime/kernel/run/run-task.ts";
import { openSqliteStore } from "../../../runtime/kernel/store/sqlite.ts";
import { plant, type Fault } from "./faults.ts";
import { commitAll, houseAt } from "./house.ts";
import { scenarioModel } from "./model/model.ts";
import { scenarioOf } from "./scenarios/index.ts";
import { guardJobs, writeSuite, type Job } from "./suite.ts";

export const SUITE = "repair";
/** As in the home's agent.yaml. */
export const OUTPUT_TOKENS = 1000;

export interface PlantedHome extends AsyncDisposable {
  readonly runtime: Runtime;
  /** Folder of the home. */
  readonly dir: string;
}

/** @throws RatchetError when a fault does not apply */
export async function plantedHome(
  dir: string,
  faults: readonly Pick<Fault, "name" | "patch">[],
  jobs: readonly Job[],
  sandbox: Sandbox,
): Promise<PlantedHome> {
  await houseAt(dir);
  for (const fault of faults) await plant(fault, dir);
  await writeSuite(join(dir, "tasks", SUITE), jobs);
  await writeSuite(join(dir, "tasks", "guard"), guardJobs());
  await commitAll(dir, "Carry on");
  const home = await openHome(dir);
  const store = openSqliteStore(join(home.state, "store.db"));
  const model = scenarioModel(scenarioOf);
  return {
    dir,
    runtime: { home, store, model, sandbox, redact: cleaner([]) },
    [Symbol.asyncDispose]: () => store.close(),
  };
}
