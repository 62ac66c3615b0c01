import type { Candidate } from "../../../evolver/candidate.ts";
import type { CycleEvent } from "../../../evolver/cycle/event.ts";
import type { Evolved } from "../../../evolver/evolve.ts";
import { homeOf, interruptible, withRuntime, type DangerOption, type HomeOption } from "../open.ts";
import {
  bold,
  count,
  dim,
  fit,
  green,
  money,
  oneLine,
  print,
  printJson,
  seconds,
  yellow,
} from "../output.ts";
import { unlessStopped } from "../stopped.ts";
import { cycleView } from "../view/cycle.ts";

export async function evolve(
  options: HomeOption & DangerOption & { suite?: string; json?: boolean },
): Promise<void> {
  const home = await homeOf(options);
  const signal = interruptible();
  const { evolve: runEvolution } = await import("../../../evolver/evolve.ts");
  const choice = { allowNone: options.dangerouslyWithoutSandbox === true };
  await withRuntime(home, choice, async (runtime) => {
    const json = options.json === true;
    if (!json) print(dim(fit(`${oneLine(runtime.model.name)}: ${oneLine(runtime.model.description, 200)}`)));
    const view = json ? undefined : cycleView();
    const failures = new Map<string, number>();
    const watch = (event: CycleEvent): void => {
      if (event.kind === "proposer-failed")
        failures.set(event.proposer, (failures.get(event.proposer) ?? 0) + 1);
      view?.(event);
    };
    const done = await unlessStopped(
      () =>
        runEvolution(runtime, {
          signal,
          ...(options.suite === undefined ? {} : { suite: options.suite }),
          watch,
        }),
      () => "stopped; runs and patches that are finished stay, and the next cycle starts over",
    );
    if (json) printJson({ ...done, candidates: done.candidates.map(({ candidate }) => asJson(candidate)) });
    else printEvolved(done, failures);
  });
}

function printEvolved(done: Evolved, failures: ReadonlyMap<string, number>): void {
  const accepted = done.candidates
    .map(({ candidate }) => candidate)
    .filter(({ verdict }) => verdict === "accept");
  print();
  print(
    `${bold(`${done.before.passed} → ${done.after.passed} of ${done.after.total}`)} tasks of ${oneLine(done.suite)}; ` +
      `${accepted.length} of ${count(done.candidates.length, "candidate")} accepted, ${count(done.trials, "trial")} in ${seconds(done.seconds)}`,
  );
  for (const { branch } of accepted) print(`  ${green(branch ?? "")}`);
  const { again, of } = done.reproduced;
  if (again < of) print(dim(`${again} of ${count(of, "failure")} failed again when tried again`));
  const { modelCalls, tokens } = done.saved;
  if (modelCalls > 0)
    print(dim(`replay answered ${count(modelCalls, "model call")} with ${tokens} tokens from recordings`));
  for (const { name, attempts, proposals, tried, judged, accepted, usd, seconds: spent } of done.accounts)
    print(
      dim(
        `${oneLine(name)}: asked ${count(attempts, "time")}, ${count(proposals, "proposal")}, ${tried} tried quickly, ` +
          `${judged} judged, ${accepted} accepted, ${money(usd)} and ${seconds(spent)}`,
      ),
    );
  if (done.notPromoted !== undefined) print(yellow(`not promoted: ${oneLine(done.notPromoted, 300)}`));
  print(dim(`report: ${done.report}`));
  print(nextStep(done, accepted.length, failures));
}

function nextStep(
  { before, candidates, promoted, accounts }: Evolved,
  accepted: number,
  failures: ReadonlyMap<string, number>,
): string {
  if (promoted.length > 0)
    return `${count(promoted.length, "patch", "patches")} promoted; agent rollback   takes the last one back`;
  if (accepted > 0) return "Next:  agent patches show BRANCH   then   agent promote BRANCH, in this order";
  if (before.passed === before.total) return "Nothing failed, so there was nothing to mend.";
  if (candidates.length > 0) return "agent patches list --all   shows why nothing was accepted";
  const asked = accounts.filter(({ attempts }) => attempts > 0);
  if (asked.length > 0 && asked.every(({ name, attempts }) => failures.get(name) === attempts))
    return "Every proposer failed, for the reasons above: no patch was tried.";
  return failures.size === 0
    ? "No proposer had an idea for what failed."
    : `No proposer had an idea for what failed; ${[...failures.keys()].map((name) => oneLine(name)).join(", ")} failed, for the reasons above.`;
}

/** Without its texts, which `agent patches show` has. */
function asJson({ proposal, ...candidate }: Candidate): Record<string, unknown> {
  const { id, cluster, verdict, reasons, fixes, regressions, evalue, control, branch } = candidate;
  const { rung, source, title } = proposal;
  const judged = { verdict, reasons, fixes, regressions, evalue, control };
  return { id, rung, source, title, cluster, ...judged, branch };
}
