import { resolve } from "node:path";
import type { BudgetCaps } from "../../../guardrails/budget.ts";
import { messageOf, RatchetError } from "../../kernel/error.ts";
import type { Home } from "../../kernel/home/home.ts";
import type { RunResult, Runtime } from "../../kernel/run/run-task.ts";
import type { TrajectoryEvent } from "../../kernel/trajectory/events.ts";
import type { TrialResult } from "../../../replay/trial.ts";
import {
  homeOf,
  INTERRUPTED,
  interruptible,
  withRuntime,
  type DangerOption,
  type HomeOption,
} from "../open.ts";
import {
  bold,
  clean,
  clearStatus,
  count,
  dim,
  fit,
  green,
  money,
  oneLine,
  print,
  printJson,
  red,
  seconds,
  yellow,
} from "../output.ts";
import { unreleasedHead } from "../../../replay/release/unreleased.ts";
import { refuseHomeAsWorkspace } from "../../../replay/workspace.ts";
import { folder } from "../folders.ts";
import { describeEvent } from "../view/event.ts";
import { approver } from "../view/approve.ts";

interface Options extends HomeOption, DangerOption {
  workspace?: string;
  task?: string;
  suite?: string;
  release?: string;
  maxUsd?: number;
  maxSteps?: number;
  json?: boolean;
}

export async function run(instruction: string | undefined, options: Options): Promise<void> {
  const what = whatToRun(instruction, options);
  const home = await homeOf(options);
  const signal = interruptible();
  const where = what.kind === "instruction" ? await workspaceOf(home, options) : undefined;
  const choice = { allowPartial: true, allowNone: options.dangerouslyWithoutSandbox === true };
  await withRuntime(home, choice, async (runtime) => {
    if (options.release === undefined) await tellUnreleased(home);
    if (what.kind === "suite") await runSuite(runtime, what.name, options, signal);
    else await runOne(runtime, what, where, options, signal);
  });
}

/** Once something was promoted, what a person commits is not run any more: nobody shall wonder why an edit does nothing. */
async function tellUnreleased(home: Home): Promise<void> {
  const unreleased = await unreleasedHead(home);
  if (unreleased === undefined) return;
  process.stderr.write(
    `agent: this runs the release ${unreleased.release.slice(0, 12)}; your commit ${unreleased.head.slice(0, 12)} is not part of it.\n` +
      `  To release it: git merge ${unreleased.release.slice(0, 12)}   then   agent promote --force HEAD\n`,
  );
}

async function workspaceOf(home: Home, options: Options): Promise<string> {
  const workspace = await folder(options.workspace ?? ".", "--workspace");
  await refuseHomeAsWorkspace(home, workspace);
  return workspace;
}

type What =
  | { readonly kind: "instruction"; readonly text: string }
  | { readonly kind: "task"; readonly dir: string }
  | { readonly kind: "suite"; readonly name: string };

function whatToRun(instruction: string | undefined, { task, suite, workspace }: Options): What {
  const ways: What[] = [];
  if (instruction !== undefined) ways.push({ kind: "instruction", text: instruction });
  if (task !== undefined) ways.push({ kind: "task", dir: resolve(task) });
  if (suite !== undefined) ways.push({ kind: "suite", name: suite });
  const [what, second] = ways;
  const how = 'agent run "INSTRUCTION", or --task DIR, or --suite NAME';
  if (what === undefined) throw new RatchetError("usage", "there is nothing to do", how);
  if (second !== undefined)
    throw new RatchetError("usage", `an instruction, --task and --suite exclude each other`, how);
  if (what.kind === "instruction" && what.text.trim() === "")
    throw new RatchetError("usage", "the instruction is empty", how);
  if (what.kind !== "instruction" && workspace !== undefined) {
    throw new RatchetError(
      "usage",
      `--workspace goes with an instruction; a ${what.kind} brings its own`,
      how,
    );
  }
  return what;
}

/** Limits of the command line are lower caps, never higher ones. */
function capsOf({ maxUsd, maxSteps }: Options): { caps?: Partial<BudgetCaps> } {
  const caps = {
    ...(maxUsd === undefined ? {} : { usd: maxUsd }),
    ...(maxSteps === undefined ? {} : { steps: maxSteps }),
  };
  return Object.keys(caps).length === 0 ? {} : { caps };
}

async function runOne(
  runtime: Runtime,
  what: Exclude<What, { kind: "suite" }>,
  where: string | undefined,
  options: Options,
  signal: AbortSignal,
): Promise<void> {
  const { runInstruction, runTaskFolder } = await import("../../../replay/live.ts");
  const json = options.json === true;
  const approve = json ? undefined : approver();
  const shared = {
    signal,
    ...(options.release === undefined ? {} : { release: options.release }),
    ...capsOf(options),
    ...(json ? {} : { watch: printEvent(runtime.model.description) }),
  };
  const began = performance.now();
  const result =
    what.kind === "task"
      ? await runTaskFolder(runtime, { ...shared, dir: await folder(what.dir, "--task") })
      : await runInstruction(runtime, {
          ...shared,
          ...(approve === undefined ? {} : { approve }),
          instruction: what.text,
          workspace: where ?? "",
        });
  process.exitCode = exitCodeOf(result);
  const notice = await watchNotice(runtime);
  if (json) {
    printJson({ ...result, ...(notice === undefined ? {} : { notice }) });
    return;
  }
  print();
  const { steps, costUsd } = result.totals;
  print(
    `${bold(result.id)}  ${count(steps, "step")}  ${money(costUsd)}  ${seconds((performance.now() - began) / 1000)}`,
  );
  if (what.kind === "instruction")
    print(dim(`agent runs undo ${result.id}   brings the workspace back to what it was`));
  if (notice !== undefined) print(yellow(notice));
}

function printEvent(model: string): (event: TrajectoryEvent) => void {
  return (event) => {
    const line = describeEvent(event);
    if (line !== undefined) print(line);
    if (event.kind === "run_started") print(dim(fit(oneLine(model, 200))));
  };
}

async function runSuite(
  runtime: Runtime,
  name: string,
  options: Options,
  signal: AbortSignal,
): Promise<void> {
  const { runSuite: runAll } = await import("../../../replay/live.ts");
  const began = performance.now();
  const json = options.json === true;
  const results = await runAll(runtime, {
    suite: name,
    signal,
    ...(options.release === undefined ? {} : { release: options.release }),
    ...capsOf(options),
    onResult: (result) => {
      if (!json) print(suiteLine(result));
    },
  });
  const passed = results.filter((result) => result.pass).length;
  process.exitCode = passed === results.length ? 0 : results.some(isFailure) ? 1 : 5;
  const notice = await watchNotice(runtime);
  if (json) {
    printJson({
      suite: name,
      passed,
      total: results.length,
      runs: results.map(({ id, task, pass, undecided, status, summary, totals }) => ({
        id,
        task,
        pass,
        undecided,
        status,
        summary,
        totals,
      })),
      ...(notice === undefined ? {} : { notice }),
    });
    return;
  }
  print();
  print(`${bold(`${passed} of ${results.length}`)} passed in ${seconds((performance.now() - began) / 1000)}`);
  print(dim(fit(`${oneLine(runtime.model.name)}: ${oneLine(runtime.model.description, 200)}`)));
  if (results.some(isFailure))
    print(dim(`agent failures   groups what failed;  agent evolve --suite ${name}   looks for patches`));
  if (notice !== undefined) print(yellow(notice));
}

function isFailure({ pass, undecided }: TrialResult): boolean {
  return !pass && !undecided;
}

/** What the verifier found tells more than what the agent believes, where the agent believes it is done. */
function suiteLine({ task, pass, undecided, status, summary, verification }: TrialResult): string {
  const mark = pass ? green("pass") : undecided ? yellow("undecided") : red("fail");
  const why = pass
    ? ""
    : status === "done" || undecided
      ? (verification?.detail ?? summary).replace(/^(?:fail|error): /, "")
      : summary;
  return fit(`${mark}  ${oneLine(task)}  ${dim(oneLine(why, 120))}`);
}

/**
 * Quality may have fallen since the last promotion; then the release goes back by itself. Where that does not work out the
 * run is done all the same: its result is still to be told.
 */
async function watchNotice(runtime: Runtime): Promise<string | undefined> {
  try {
    const { watchRelease } = await import("../../../replay/release/watch-release.ts");
    return await watchRelease(runtime.home, runtime.store);
  } catch (error) {
    const what = "the watch over the last promotion failed, the run itself did not";
    process.stderr.write(`${clearStatus()}agent: ${what}: ${clean(messageOf(error))}\n`);
    return undefined;
  }
}

/** What the verifier could not decide is neither a success nor the agent's failure, however the run ended. */
export function exitCodeOf(result: Pick<RunResult, "status" | "verification" | "obstructed">): number {
  const verdict = result.verification?.verdict;
  if (verdict === "error" || result.obstructed === true) return 5;
  switch (result.status) {
    case "done":
      return verdict === undefined || verdict === "pass" ? 0 : 1;
    case "gave_up":
    case "error":
    case "crashed":
      return 1;
    case "budget":
      return 3;
    case "aborted":
      return INTERRUPTED;
    default:
      return result.status satisfies never;
  }
}
