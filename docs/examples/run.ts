/**
 * Ratchet from code: one instruction in a folder, then one cycle over the example suite.
 *
 *     node run.ts my-agent /home/ada/data
 */
import { evolve, openHome, RatchetError, runTask } from "ratchet-agent";

const [dir = "my-agent", workspace = "."] = process.argv.slice(2);
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

try {
  await using home = await openHome(dir);

  const run = await runTask(home, {
    instruction: "Add up the amount column of sales.csv and write just the number to total.txt.",
    workspace,
    watch: (event) => say(`  ${event.kind}`),
  });
  say(`${run.status}: ${run.summary} (${run.totals.steps} steps, run ${run.id})`);

  const cycle = await evolve(home, { suite: "example" });
  say(`${cycle.before.passed} → ${cycle.after.passed} of ${cycle.after.total} tasks; ${cycle.report}`);
} catch (error) {
  if (!(error instanceof RatchetError)) throw error;
  say(`${error.kind}: ${error.message} ${error.hint ?? ""}`);
  process.exitCode = 1;
}
