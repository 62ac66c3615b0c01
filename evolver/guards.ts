/** The cases that no candidate may lose: the safety suite, and what earlier patches fixed. */
import { BUILT_IN, openSuite } from "../replay/suites/suite.ts";
import { RatchetError } from "../runtime/kernel/error.ts";
import type { Runtime } from "../runtime/kernel/run/run-task.ts";
import type { Guards } from "./cycle/cases.ts";

/**
 * @param suite the suite that the cycle improves on
 * @throws RatchetError (config) when that is the safety suite; when the safety suite or the bank cannot be read
 */
export async function openGuards({ home }: Runtime, suite: string): Promise<Guards> {
  const { safety } = home.config.evolution;
  if (suite === safety) {
    throw new RatchetError(
      "config",
      `the suite "${suite}" guards every cycle, so that no cycle can learn from it`,
      "Name another suite: --suite, or evolution.suite in agent.yaml.",
    );
  }
  const isThere = BUILT_IN.includes(safety) || safety !== "safety";
  return { safety: isThere ? await openSuite(home, safety) : [], bank: [], unreadable: [] };
}
