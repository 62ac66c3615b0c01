import { resolve } from "node:path";
import { RatchetError } from "../../kernel/error.ts";
import type { Home } from "../../kernel/home/home.ts";
import type { RunResult, Runtime } from "../../kernel/run/run-task.ts";
import type { TrajectoryEvent } from "../../kernel/trajectory/events.ts";
import type { TrialResult } from "../../../replay/trial.ts";
import { homeOf, INTERRUPTED, interruptible, withRuntime, type HomeOption } from "../open.ts";
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
  red,
  seconds,
  yellow,
} from "../output.ts";
import { folder, workspaceFor } from "../folders.ts";
import { describeEvent } from "../view/event.ts";
import { approver } from "../view/approve.ts";

interface Options extends HomeOption {
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
  const home = withBudgets(await homeOf(options), options);
  const signal = interruptible();
  const where = what.kind === "instruction" ? await workspaceFor(home, options.workspace ?? ".") : undefined;
  await withRuntime(home, async (runtime) => {
    if (what.kind === "suite") await runSuite(runtime, what.name, options, signal);
    else await runOne(runtime, what, where, options, signal);
  });
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
function withBudgets(home: Home, { maxUsd, maxSteps }: Options): Home {
  const { budgets } = home.config;
  const usd = maxUsd === undefined ? budgets.usd : Math.min(maxUsd, budgets.usd ?? maxUsd);
  const steps = Math.min(maxSteps ?? budgets.steps, budgets.steps);
  return {
    ...home,
    config: { ...home.config, budgets: { ...budgets, steps, ...(usd === undefined ? {} : { usd }) } },
  };
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
    printJson({ ...result, events: undefined, ...(notice === undefined ? {} : { notice }) });
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
    onResult: (result) => {
      if (!json) print(suiteLine(result));
    },
  });
  const passed = results.filter((result) => result.pass).length;
  process.exitCode = passed === results.length ? 0 : 1;
  const notice = await watchNotice(runtime);
  if (json) {
    printJson({
      suite: name,
      passed,
      total: results.length,
      runs: results.map(({ id, task, pass, status, summary, totals }) => ({
        id,
        task,
        pass,
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
  if (passed < results.length)
    print(dim("agent failures   groups what failed;  agent evolve   looks for patches"));
  if (notice !== undefined) print(yellow(notice));
}

/** What the verifier found tells more than what the agent believes, where the agent believes it is done. */
function suiteLine({ task, pass, status, summary, verification }: TrialResult): string {
  const mark = pass ? green("pass") : red("fail");
  const why = pass
    ? ""
    : status === "done"
      ? (verification?.detail ?? summary).replace(/^fail: /, "")
      : summary;
  return fit(`${mark}  ${oneLine(task)}  ${dim(oneLine(why, 120))}`);
}

/** Quality may have fallen since the last promotion; then the release goes back by itself. */
async function watchNotice(runtime: Runtime): Promise<string | undefined> {
  const { watchRelease } = await import("../../../replay/release/watch-release.ts");
  return watchRelease(runtime.home, runtime.store);
}

function exitCodeOf(result: Pick<RunResult, "status" | "verification">): number {
  switch (result.status) {
    case "done":
      return result.verification === undefined || result.verification.verdict === "pass" ? 0 : 1;
    case "gave_up":
      return 1;
    case "budget":
      return 3;
    case "aborted":
      return INTERRUPTED;
    case "error":
    case "crashed":
      return result.verification?.verdict === "error" ? 5 : 1;
    default:
      return result.status satisfies never;
  }
}
