/** Synthetic agents through the sequential comparison: how often it promotes, and what that takes. */
import { random } from "./random.ts";
import { begin, nextTask, observe, type Progress } from "./sequential.ts";
import { plan, type Plan } from "./sequential-plan.ts";

export interface Synthetic {
  readonly tasks: number;
  /** Share of tasks that pass every other time; the rest always passes or always fails, in equal parts. */
  readonly flakiness: number;
  /** By how much the pass rate of a task changes, as far as it stays within 0 and 1. */
  readonly effect: number;
  /** `none`: no task changes. `balanced`: as many gain `effect` as lose it. Undefined: every task gains `effect`. */
  readonly null?: "none" | "balanced" | undefined;
}

export interface Simulation extends Synthetic {
  readonly runs: number;
  readonly alpha: number;
  readonly seed: string;
}

export interface Simulated {
  /** What a promotion is in these runs: false ones for a null, the power otherwise. */
  readonly measures: "false promotions" | "power";
  readonly runs: number;
  /** The mean over the tasks of the true change of the pass rate. */
  readonly trueGain: number;
  /** Share of runs that promote, with its 95% interval (Wilson). */
  readonly promoted: number;
  readonly interval: readonly [low: number, high: number];
  /** Trials of both arms together: mean with its 95% interval, and the most that the plan allows. */
  readonly meanTrials: number;
  readonly trialsInterval: readonly [low: number, high: number];
  readonly mostTrials: number;
  /** How runs ended. */
  readonly ended: Readonly<Record<Exclude<Progress["state"], "open">, number>>;
}

/** Looks after every pair of trials. The same seed gives the same figures. */
export function simulate(options: Simulation): Simulated {
  const { runs, alpha, seed } = options;
  const tasks = agentOf(options);
  const planned = plan(tasks.length, alpha);
  const uniform = random(seed);
  const ended = { better: 0, futile: 0, spent: 0 };
  let [sum, squares] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const { state, pairs } = compare(planned, tasks, uniform);
    if (state !== "open") ended[state]++;
    sum += 2 * pairs;
    squares += (2 * pairs) ** 2;
  }
  const meanTrials = sum / runs;
  const margin = 1.96 * Math.sqrt(Math.max(0, squares / runs - meanTrials ** 2) / runs);
  const trueGain = tasks.reduce((total, { before, after }) => total + after - before, 0) / tasks.length;
  return {
    measures: trueGain > 1e-9 ? "power" : "false promotions",
    runs,
    trueGain: Math.abs(trueGain) < 1e-9 ? 0 : trueGain,
    promoted: ended.better / runs,
    interval: wilson(ended.better, runs),
    meanTrials,
    trialsInterval: [meanTrials - margin, meanTrials + margin],
    mostTrials: 2 * planned.pairs,
    ended,
  };
}

/** The pass rates of one task. */
export interface SyntheticTask {
  readonly before: number;
  readonly after: number;
}

/** Flaky tasks first, then stable ones; neighbours move in opposite directions when the null is balanced. */
export function agentOf({ tasks, flakiness, effect, null: kind }: Synthetic): SyntheticTask[] {
  const flaky = Math.round(tasks * flakiness);
  const stable = tasks - flaky;
  const agent = Array.from({ length: tasks }, (_, i) => {
    const before = i < flaky ? 0.5 : (i - flaky) % 2;
    switch (kind) {
      case "none":
        return { before, after: before };
      case "balanced": {
        // The last of an odd number has no partner and stays as it is.
        const alone = i < flaky ? i === flaky - 1 && flaky % 2 === 1 : i === tasks - 1 && stable % 2 === 1;
        const direction = (i < flaky ? i : i - flaky) % 2 === 0 ? 1 : -1;
        const size = i < flaky ? Math.min(0.5, effect) : Math.min(1, effect);
        return { before, after: alone ? before : before + direction * size };
      }
      case undefined:
        return { before, after: Math.min(1, Math.max(0, before + effect)) };
    }
  });
  return agent;
}

/** One candidate through the comparison, looked at after every pair of trials. */
export function compare(planned: Plan, tasks: readonly SyntheticTask[], uniform: () => number): Progress {
  let progress = begin(planned);
  while (progress.state === "open") {
    const task = tasks[nextTask(tasks.length, uniform())];
    if (task === undefined) break;
    progress = observe(planned, progress, {
      baseline: uniform() < task.before,
      candidate: uniform() < task.after,
    });
  }
  return progress;
}

/** 95% interval of a share (Wilson, 1927). */
export function wilson(hits: number, runs: number): [number, number] {
  const z = 1.96;
  const share = hits / runs;
  const centre = (share + z ** 2 / (2 * runs)) / (1 + z ** 2 / runs);
  const half = (z / (1 + z ** 2 / runs)) * Math.sqrt((share * (1 - share)) / runs + z ** 2 / (4 * runs ** 2));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
