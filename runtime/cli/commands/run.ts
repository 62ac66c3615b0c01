import { realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { RatchetError } from "../../kernel/error.ts";
import type { Home } from "../../kernel/home/home.ts";
import type { Runtime } from "../../kernel/run/run-task.ts";
import type { RunResult } from "../../kernel/run/run-task.ts";
import { interruptible, homeOf, withRuntime, type HomeOption } from "../open.ts";
import { bold, dim, green, money, print, printJson, red, seconds, yellow } from "../output.ts";
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
  const ways = [instruction, options.task, options.suite].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    throw new RatchetError("usage", "say what to do in one way", 'agent run "INSTRUCTION", or --task DIR, or --suite NAME');
  }
  const home = withBudgets(await homeOf(options), options);
  const signal = interruptible();
  await withRuntime(home, async (runtime) => {
    if (options.json !== true) print(dim(runtime.model.description));
    if (options.suite !== undefined) await runSuite(runtime, options.suite, options, signal);
    else await runOne(runtime, instruction, options, signal);
  });
}

/** Limits of the command line are lower caps, never higher ones. */
function withBudgets(home: Home, { maxUsd, maxSteps }: Options): Home {
  const { budgets } = home.config;
  const usd = maxUsd === undefined ? budgets.usd : Math.min(maxUsd, budgets.usd ?? maxUsd);
  const steps = Math.min(maxSteps ?? budgets.steps, budgets.steps);
  return { ...home, config: { ...home.config, budgets: { ...budgets, steps, ...(usd === undefined ? {} : { usd }) } } };
}

async function runOne(runtime: Runtime, instruction: string | undefined, options: Options, signal: AbortSignal): Promise<void> {
  const { runInstruction, runTaskFolder } = await import("../../../replay/live.ts");
  const shared = {
    signal,
    ...(options.release === undefined ? {} : { release: options.release }),
    ...(options.json === true
      ? {}
      : {
          watch: (event: RunResult["events"][number]) => {
            const line = describeEvent(event);
            if (line !== undefined) print(line);
          },
        }),
  };
  const approve = options.json === true ? undefined : approver();
  const began = performance.now();
  const result =
    options.task === undefined
      ? await runInstruction(runtime, {
          ...shared,
          ...(approve === undefined ? {} : { approve }),
          instruction: instruction ?? "",
          workspace: await folder(options.workspace ?? "."),
        })
      : await runTaskFolder(runtime, { ...shared, dir: resolve(options.task) });
  process.exitCode = exitCodeOf(result);
  if (options.json === true) {
    const { events: _, ...rest } = result;
    printJson(rest);
    return;
  }
  print();
  print(`${bold(result.id)}  ${result.totals.steps} steps  ${money(result.totals.costUsd)}  ${seconds((performance.now() - began) / 1000)}`);
  if (options.task === undefined) print(dim(`agent runs undo ${result.id}   brings the workspace back to what it was`));
  await reportWatch(runtime);
}

async function runSuite(runtime: Runtime, name: string, options: Options, signal: AbortSignal): Promise<void> {
  const { runSuite: runAll } = await import("../../../replay/live.ts");
  const began = performance.now();
  const json = options.json === true;
  const results = await runAll(runtime, {
    suite: name,
    signal,
    ...(options.release === undefined ? {} : { release: options.release }),
    onResult: (result) => {
      if (!json) print(`${result.pass ? green("pass") : red("fail")}  ${result.task}  ${dim(result.pass ? "" : result.summary.slice(0, 100))}`);
    },
  });
  const passed = results.filter((result) => result.pass).length;
  process.exitCode = passed === results.length ? 0 : 1;
  if (json) {
    printJson({
      suite: name,
      passed,
      total: results.length,
      runs: results.map(({ id, task, pass, status, summary, totals }) => ({ id, task, pass, status, summary, totals })),
    });
    return;
  }
  print();
  print(`${bold(`${passed} of ${results.length}`)} passed in ${seconds((performance.now() - began) / 1000)}`);
  if (passed < results.length) print(dim("agent failures   groups what failed;  agent evolve   looks for patches"));
  await reportWatch(runtime);
}

/** Quality may have fallen since the last promotion; then the release goes back by itself. */
async function reportWatch(runtime: Runtime): Promise<void> {
  const { watchRelease } = await import("../../../replay/release/watch-release.ts");
  const notice = await watchRelease(runtime.home, runtime.store);
  if (notice !== undefined) print(yellow(notice));
}

async function folder(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new RatchetError("usage", `there is no folder ${resolve(path)}`, "--workspace names the folder to work in.");
  if (!found.isDirectory()) throw new RatchetError("usage", `${resolve(path)} is not a folder`, "--workspace names a folder.");
  return realpath(path);
}

function exitCodeOf(result: RunResult): number {
  switch (result.status) {
    case "done":
      return result.verification === undefined || result.verification.verdict === "pass" ? 0 : 1;
    case "gave_up":
      return 1;
    case "budget":
      return 3;
    case "aborted":
      return 130;
    case "error":
    case "crashed":
      return result.verification?.verdict === "error" ? 5 : 1;
    default:
      return result.status satisfies never;
  }
}
