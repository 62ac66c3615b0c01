/** How often a candidate that helps is found, and what it takes, beside the tests from the shelf. */
import { random } from "../../replay/gate/random.ts";
import { agentOf, simulate, wilson, type Synthetic } from "../../replay/gate/simulate.ts";
import type { Figure, Row } from "../figure.ts";
import { plainEprocess, signTest, type Decided } from "../support/gate/plain.ts";

const RUNS = 10_000;
const ALPHA = 0.05;
/** Every task goes from .5 to .7. */
const HELPS = { flakiness: 1, effect: 0.2, null: undefined };
const NULLS = [
  { flakiness: 1, effect: 0.2, null: "none" },
  { flakiness: 0.5, effect: 0.2, null: "none" },
  { flakiness: 0.5, effect: 0.2, null: "balanced" },
] as const;
/** What a plain e-process reaches, in percent, and in trials with 40 tasks. */
const POWER = { 20: 74, 40: 92, 100: 99 } as const;
const TRIALS = 151;
const NULL_TRIALS = 388;

export const gatePower: Figure = {
  name: "gate-power",
  about: "power and trials when every task goes from .5 to .7, and trials under nulls",
  async measure({ signal }) {
    const rows: Row[] = [];
    for (const tasks of [20, 40, 100] as const) {
      signal.throwIfAborted();
      rows.push(
        ...atLevel({ ...HELPS, tasks }, ALPHA, {
          power: { atLeast: POWER[tasks] },
          trials: tasks === 40 ? { bar: TRIALS } : {},
        }),
        ...shelf("plain e-process", { ...HELPS, tasks }, plainEprocess),
        ...shelf("sign test", { ...HELPS, tasks }, signTest),
      );
    }
    for (const kind of NULLS) {
      signal.throwIfAborted();
      const agent = { ...kind, tasks: 40 };
      const name = `${100 * kind.flakiness}% flaky, ${kind.null === "none" ? "no task changes" : "as many gain as lose"}`;
      const plain = drawn(agent, plainEprocess);
      rows.push({
        what: `trials under the null, 40 tasks: ${name}`,
        unit: "count",
        value: simulate({ ...agent, runs: RUNS, alpha: ALPHA, seed: name }).meanTrials,
        bar: NULL_TRIALS / 2,
        note: `plain e-process ${plain.trials.toFixed(0)}`,
      });
    }
    // What a life leaves is below α.
    for (const part of [10, 100]) {
      for (const tasks of [20, 40, 100]) {
        signal.throwIfAborted();
        rows.push(...atLevel({ ...HELPS, tasks }, ALPHA / part, { power: {}, trials: {} }));
      }
    }
    return rows;
  },
};

function atLevel(
  agent: Synthetic,
  alpha: number,
  bars: { readonly power: Pick<Row, "atLeast">; readonly trials: Pick<Row, "bar"> },
): Row[] {
  const { promoted, interval, meanTrials, mostTrials } = simulate({
    ...agent,
    runs: RUNS,
    alpha,
    seed: "power",
  });
  const name = `${agent.tasks} tasks${alpha === ALPHA ? "" : ` at α ${alpha}`}`;
  return [
    { what: `power, ${name}`, unit: "%", value: 100 * promoted, ...bars.power, note: within(interval) },
    {
      what: `trials, ${name}`,
      unit: "count",
      value: meanTrials,
      ...bars.trials,
      note: `mean; ${mostTrials} at most`,
    },
  ];
}

type Rule = (tasks: ReturnType<typeof agentOf>, alpha: number, uniform: () => number) => Decided;

function shelf(name: string, agent: Synthetic, rule: Rule): Row[] {
  const { promoted, trials } = drawn(agent, rule);
  const note = `${within(wilson(promoted, RUNS))}; ${trials.toFixed(0)} trials`;
  return [{ what: `  ${name}, ${agent.tasks} tasks`, unit: "%", value: (100 * promoted) / RUNS, note }];
}

function drawn(agent: Synthetic, rule: Rule): { readonly promoted: number; readonly trials: number } {
  const tasks = agentOf(agent);
  const uniform = random("shelf");
  let [promoted, trials] = [0, 0];
  for (let run = 0; run < RUNS; run++) {
    const decided = rule(tasks, ALPHA, uniform);
    promoted += Number(decided.promoted);
    trials += decided.trials;
  }
  return { promoted, trials: trials / RUNS };
}

function within([low, high]: readonly [number, number]): string {
  return `95%: ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`;
}
