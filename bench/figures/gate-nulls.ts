/** How often candidates that do not help are promoted, in every cell of a wide table. */
import { simulate, type Simulated } from "../../replay/gate/simulate.ts";
import type { Figure } from "../figure.ts";

const RUNS = 10_000;
const ALPHA = 0.05;
const TASKS = [8, 20, 40, 100, 200];
const FLAKINESS = [0, 0.1, 0.2, 0.3, 0.4, 0.5];
const KINDS = ["none", "balanced"] as const;

export const gateNulls: Figure = {
  name: "gate-nulls",
  about: `false promotions: ${RUNS.toLocaleString("en")} candidates that do not help in each of ${TASKS.length * FLAKINESS.length * KINDS.length} cells`,
  async measure({ signal }) {
    const cells: { name: string; result: Simulated }[] = [];
    for (const tasks of TASKS) {
      for (const flakiness of FLAKINESS) {
        for (const kind of KINDS) {
          signal.throwIfAborted();
          const name = `${tasks} tasks, ${100 * flakiness}% flaky, ${kind === "none" ? "no task changes" : "as many gain as lose"}`;
          const agent = { tasks, flakiness, effect: 0.2, null: kind };
          cells.push({ name, result: simulate({ ...agent, runs: RUNS, alpha: ALPHA, seed: name }) });
        }
      }
    }
    const worst = cells.reduce((a, b) => (b.result.promoted > a.result.promoted ? b : a));
    const above = cells.filter(({ result }) => result.promoted > ALPHA);
    const [low, high] = worst.result.interval.map((share) => (100 * share).toFixed(2));
    return [
      {
        what: "false promotions, worst cell",
        unit: "%",
        value: 100 * worst.result.promoted,
        bar: 100 * ALPHA,
        note: `${worst.name}; 95%: ${low} to ${high}`,
      },
      {
        what: "cells above 5%",
        unit: "count",
        value: above.length,
        bar: 0,
        note: `of ${cells.length}; looked at after every pair`,
      },
      {
        what: "false promotions, mean of the cells",
        unit: "%",
        value: (100 * cells.reduce((sum, { result }) => sum + result.promoted, 0)) / cells.length,
      },
    ];
  },
};
