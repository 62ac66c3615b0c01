import { RatchetError } from "../../kernel/error.ts";
import type { Repeated } from "../../../replay/repeat.ts";
import {
  homeOf,
  INTERRUPTED,
  interruptible,
  withRuntime,
  type DangerOption,
  type HomeOption,
} from "../open.ts";
import { bold, count, dim, green, money, oneLine, print, printJson, red, yellow } from "../output.ts";

interface Options extends HomeOption, DangerOption {
  release?: string;
  fork?: number;
  stopOnMiss?: boolean;
  live?: boolean;
  json?: boolean;
}

export async function replay(run: string, options: Options): Promise<void> {
  const recorded = recordedOf(options);
  const home = await homeOf(options);
  const signal = interruptible();
  // A patch is code that nobody has read yet.
  const choice = {
    allowPartial: options.release === undefined,
    allowNone: options.dangerouslyWithoutSandbox === true,
  };
  const { repeatRun } = await import("../../../replay/repeat.ts");
  const repeated = await withRuntime(home, choice, (runtime) =>
    repeatRun(runtime, { run, release: options.release, recorded, signal }),
  );
  process.exitCode = signal.aborted ? INTERRUPTED : { pass: 0, fail: 1, undecided: 5 }[repeated.verdict];
  if (options.json === true) printJson(toJson(repeated));
  else show(repeated);
}

function recordedOf({
  live,
  fork,
  stopOnMiss,
}: Options): { onMiss: "live" | "stop"; forkAt?: number } | undefined {
  if (live !== true)
    return { onMiss: stopOnMiss === true ? "stop" : "live", ...(fork === undefined ? {} : { forkAt: fork }) };
  if (fork === undefined && stopOnMiss !== true) return undefined;
  const other = fork === undefined ? "--stop-on-miss" : "--fork";
  throw new RatchetError("usage", `--live uses no recording, so it does not go with ${other}`);
}

function toJson({ of, result, release, verdict, verified, same, keyless }: Repeated): unknown {
  return {
    run: of.id,
    repeated: result.id,
    release,
    verdict,
    verified,
    same: same ?? null,
    status: result.status,
    summary: result.summary,
    totals: result.totals,
    replayed: result.replayed ?? null,
    keyless,
  };
}

function show({ of, result, release, verdict, verified, same, keyless }: Repeated): void {
  const mark = { pass: green("pass"), fail: red("fail"), undecided: yellow("undecided") }[verdict];
  const compared = same === undefined ? "" : same ? ", as the run ended" : ", unlike how the run ended";
  const by = verified ? "" : dim(" (no verifier; judged by how the run ended)");
  print(`${bold(of.id)} on release ${release.slice(0, 12)}: ${mark}${compared}${by}`);
  print(oneLine(`${result.status}: ${result.verification?.detail ?? result.summary}`, 200));
  if (keyless)
    print(
      yellow("The run was recorded before requests had keys, so that none can be matched; a new run can be."),
    );
  print(pathOf(result));
  if (result.replayed !== undefined) print(savedOf(result.replayed));
  print(dim(`agent runs show ${result.id}   shows it step by step`));
}

function pathOf({ replayed, totals }: Repeated["result"]): string {
  if (replayed === undefined) return "Nothing was taken from the recording.";
  const { miss, modelCalls } = replayed;
  if (miss !== undefined)
    return `The paths part after ${count(miss.step, "model call")}: ${oneLine(miss.what, 200)}.`;
  if (modelCalls < totals.steps) return `Live from the fork after ${count(modelCalls, "model call")}.`;
  return "The same path to its end.";
}

function savedOf({
  modelCalls,
  toolCalls,
  inputTokens,
  outputTokens,
  usd,
}: NonNullable<Repeated["result"]["replayed"]>): string {
  const tokens = (inputTokens + outputTokens).toLocaleString("en-US");
  return `Saved: ${count(modelCalls, "model call")}, ${count(toolCalls, "tool call")}, ${tokens} tokens, ${money(usd)}`;
}
