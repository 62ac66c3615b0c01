import type { Reason, Verdict } from "../../../replay/gate/outcome.ts";
import { judgeCases } from "../../../replay/gate/judge.ts";
import { simulate, type Simulated, type Simulation } from "../../../replay/gate/simulate.ts";
import { simulateLife, type LifeSimulation, type SimulatedLife } from "../../../replay/gate/simulate-life.ts";
import { readCases } from "../../../replay/gate/table.ts";
import { bold, count, dim, green, oneLine, print, printJson, red, yellow } from "../output.ts";

export async function gate(file: string, options: { alpha?: number; json?: boolean }): Promise<void> {
  const verdict = judgeCases(await readCases(file), { alpha: options.alpha });
  process.exitCode = verdict.verdict === "accept" ? 0 : 1;
  if (options.json === true) printJson(verdict);
  else printVerdict(verdict);
}

/** As the command line gives it. */
interface SimulateOptions extends Omit<Simulation, "runs"> {
  readonly runs?: number;
  readonly life?: number;
  readonly helpful: number;
  readonly json?: boolean;
}

export function simulateGate({ json, runs, life, helpful, ...agent }: SimulateOptions): void {
  if (life === undefined) {
    const simulation = { ...agent, runs: runs ?? 2000 };
    const result = simulate(simulation);
    if (json === true) printJson({ ...simulation, ...result });
    else printSimulated(simulation, result);
    return;
  }
  const simulation = { ...agent, life, helpful, lives: runs ?? 100 };
  const result = simulateLife(simulation);
  if (json === true) printJson({ ...simulation, ...result });
  else printLife(simulation, result);
}

export function printVerdict(verdict: Verdict): void {
  const colour = { accept: green, reject: red, inconclusive: yellow }[verdict.verdict];
  print(bold(colour(verdict.verdict)));
  for (const reason of verdict.reasons)
    print(
      `  ${mark(reason)} ${reason.name}: ${oneLine(reason.claim)} ${dim(`(${oneLine(reason.figures, 200)})`)}`,
    );
  if (verdict.fixes.length > 0) print(`  fixes: ${oneLine(verdict.fixes.join(", "), 500)}`);
  if (verdict.regressions.length > 0) print(`  regressions: ${oneLine(verdict.regressions.join(", "), 500)}`);
  if (verdict.control !== undefined) print(dim(`  ${controlOf(verdict.control)}`));
  const evidence = verdict.evalue === undefined ? "" : `, e-value ${Number(verdict.evalue.toPrecision(3))}`;
  print(dim(`  ${count(verdict.trials, "trial")}${evidence}`));
}

/** What a second try of the baseline alone would give. */
export function controlOf({ baseline, bestOfTwo, candidate }: NonNullable<Verdict["control"]>): string {
  const [before, two, after] = [baseline, bestOfTwo, candidate].map((rate) => `${(100 * rate).toFixed(1)}%`);
  return `passed: ${before} baseline, ${two} the better of two tries of it, ${after} candidate`;
}

export function mark({ holds }: Reason): string {
  return { holds: green("✓"), fails: red("✗"), unknown: yellow("?") }[holds];
}

function printSimulated({ tasks, alpha }: Simulation, result: Simulated): void {
  const { measures, promoted, interval, runs, trueGain, meanTrials, trialsInterval, mostTrials, ended } =
    result;
  const [low, high] = trialsInterval.map((trials) => trials.toFixed(0));
  print(`${bold(`${measures} ${percent(promoted)}`)} ${dim(`(95%: ${interval.map(percent).join(" to ")})`)}`);
  print(`  ${count(runs, "candidate")}, ${count(tasks, "task")}, true gain ${percent(trueGain)}, α ${alpha}`);
  print(`  trials: ${meanTrials.toFixed(0)} on average (95%: ${low} to ${high}), ${mostTrials} at most`);
  print(`  ended: ${ended.better} promoted, ${ended.futile} given up, ${ended.spent} at the last trial`);
}

function printLife({ tasks, alpha, life, helpful }: LifeSimulation, result: SimulatedLife): void {
  const { falseShare, falseShareInterval, power, powerInterval, lives } = result;
  print(
    `${bold(`false share of promotions ${percent(falseShare)}`)} ${dim(`(95%: ${falseShareInterval.map(percent).join(" to ")})`)}`,
  );
  print(
    `  ${count(lives, "life", "lives")} of ${count(life, "candidate")}, ${percent(helpful)} of them help; ${count(tasks, "task")}, α ${alpha}`,
  );
  print(`  the largest that the share ever was in a life: ${percent(result.worstFalseShare)} on average`);
  print(
    `  a life promotes ${result.promotions.toFixed(1)}, of which ${result.falsePromotions.toFixed(2)} do not help`,
  );
  print(`  power ${percent(power)} (95%: ${powerInterval.map(percent).join(" to ")})`);
  print(`  trials: ${result.meanTrials.toFixed(0)} a candidate on average`);
  print(
    `  level: ${result.firstLevel} for the first candidate, ${Number(result.lastLevel.toPrecision(2))} for the last`,
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`;
}
