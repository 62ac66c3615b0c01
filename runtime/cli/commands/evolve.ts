import { homeOf, interruptible, withRuntime, type HomeOption } from "../open.ts";
import { bold, dim, print, printJson, seconds } from "../output.ts";
import { cycleView } from "../view/cycle.ts";

export async function evolve(options: HomeOption & { suite?: string; json?: boolean }): Promise<void> {
  const home = await homeOf(options);
  const signal = interruptible();
  const { evolve: runEvolution } = await import("../../../evolver/evolve.ts");
  await withRuntime(home, async (runtime) => {
    const json = options.json === true;
    if (!json) print(dim(runtime.model.description));
    const view = json ? undefined : cycleView();
    const done = await runEvolution(runtime, {
      signal,
      ...(options.suite === undefined ? {} : { suite: options.suite }),
      ...(view === undefined ? {} : { watch: view }),
    });
    if (json) {
      printJson({
        ...done,
        candidates: done.candidates.map(({ id, proposal, verdict, reasons, branch, cluster }) => ({
          id,
          rung: proposal.rung,
          source: proposal.source,
          title: proposal.title,
          cluster,
          verdict,
          reasons,
          branch,
        })),
      });
      return;
    }
    const accepted = done.candidates.filter(({ verdict }) => verdict === "accept");
    print();
    print(
      `${bold(`${done.before.passed} → ${done.after.passed} of ${done.after.total}`)} tasks with ${accepted.length} accepted of ` +
        `${done.candidates.length} candidates; ${done.trials} trials in ${seconds(done.seconds)}`,
    );
    for (const { branch } of accepted) print(`  ${branch ?? ""}`);
    print(dim(`report: ${done.report}`));
    if (done.promoted.length > 0) print(dim(`promoted: ${done.promoted.length}; agent rollback takes the last one back`));
    else if (accepted.length > 0) print(dim("agent patches show BRANCH   then   agent promote BRANCH, in this order"));
  });
}

