/** What the kernel adds to a step: sandbox wire, parsing, guard, recording, SQLite. Neither model nor tool time. */
import type { Figure } from "../figure.ts";
import { summary } from "../stats.ts";
import { costOfSteps, type StepCost } from "../support/steps.ts";
import { sqliteStore } from "../support/stores.ts";

const BAR_MS = 1;
/** As many as a new home allows, so that the history is as long as it gets. */
const STEPS = 40;
const RUNS = 15;

export const overhead: Figure = {
  name: "overhead",
  about: "kernel overhead per step, without model and tool time",
  async measure(bench) {
    const { small, shipped } = await bench.home();
    await using store = sqliteStore(bench.temp, "overhead");
    const samples = { small: [] as StepCost[], shipped: [] as StepCost[] };
    for (let run = 0; run < RUNS; run++) {
      samples.small.push(...(await costOfSteps(bench, { genome: small, store, steps: STEPS })));
      if (run % 3 === 0)
        samples.shipped.push(...(await costOfSteps(bench, { genome: shipped, store, steps: STEPS })));
    }
    const long = await costOfSteps(bench, { genome: small, store, steps: 10 * STEPS });
    const wall = (costs: readonly StepCost[]): number[] => costs.map((cost) => cost.wall);
    return [
      summary("kernel overhead per step", "ms", wall(samples.small), {
        bar: BAR_MS,
        note: `runs of ${STEPS} steps, the history grows by 1 kB a step`,
      }),
      summary(
        "… CPU time of the kernel's process",
        "ms",
        samples.small.map((cost) => cost.cpu),
        { note: "part of it; hardly moved by other work on the machine" },
      ),
      summary("… with the shipped harness's own work", "ms", wall(samples.shipped)),
      summary("… in a run ten times as long", "ms", wall(long), { note: `one run of ${10 * STEPS} steps` }),
    ];
  },
};
