/** Circles: those that are some, and work that only looks like one. */
import type { Scenario, Step, Template, Thought } from "../model/plan.ts";
import { callsOf } from "../model/worker.ts";
import type { View } from "../model/view.ts";
import { bash, CIRCLES, figure, odd, OUT, read, untilTold, write } from "./kit.ts";

function look(path: string, more: Readonly<Record<string, unknown>> = {}): Thought {
  return { text: "Let me look again.", actions: [{ tool: "read", input: { path, ...more } }] };
}

/** Looks at the same thing until it is told. */
export const stare: Template = {
  name: "stare",
  concern: "stagnation",
  also: ["hooks"],
  make: (seed) => waiting(seed, () => look("queue.txt")),
};

/** The same, but the order of the keys changes, which means nothing. */
export const stareAnew: Template = {
  name: "stare-anew",
  concern: "stagnation",
  make: (seed) =>
    waiting(seed, ({ calls }) => ({
      actions: [
        {
          tool: "read",
          input: calls.length % 2 === 0 ? { path: "queue.txt", lines: 9 } : { lines: 9, path: "queue.txt" },
        },
      ],
    })),
};

function waiting(seed: number, again: (view: View) => Thought): Scenario {
  return {
    instruction: "wait for the queue in queue.txt, then write its number to out.txt.",
    workspace: { "queue.txt": `queue ${figure(seed, "queue")}: waiting\n` },
    expected: { [OUT]: `${figure(seed, "queue")}\n` },
    budgets: { steps: 12 },
    plan: {
      steps: [
        read("queue.txt", { queue: /queue (\d+)/ }),
        odd(write(OUT, "{queue}\n"), untilTold(CIRCLES, again)),
      ],
    },
  };
}

/** To and fro between two files. */
export const seeSaw: Template = {
  name: "see-saw",
  concern: "stagnation",
  make: (seed) => ({
    instruction: "compare left.txt and right.txt and write the larger figure to out.txt.",
    workspace: { "left.txt": `left ${figure(seed, "left")}\n`, "right.txt": "right 12\n" },
    expected: { [OUT]: `${figure(seed, "left")}\n` },
    budgets: { steps: 14 },
    plan: {
      steps: [
        read("left.txt", { left: /left (\d+)/ }),
        odd(
          write(OUT, "{left}\n"),
          untilTold(CIRCLES, (view) => look(view.calls.length % 2 === 0 ? "left.txt" : "right.txt")),
        ),
      ],
    },
  }),
};

/** The same answer each time, but for how long it took. */
export const slowJob: Template = {
  name: "slow-job",
  concern: "stagnation",
  make(seed) {
    const poll = `echo "job ${figure(seed, "job")} pending after $(date +%N | sed 's/^0*//;s/^$/1/') ms"`;
    return {
      instruction: "poll the job until it is ready, then write its number to out.txt.",
      workspace: {},
      expected: { [OUT]: `${figure(seed, "job")}\n` },
      budgets: { steps: 9 },
      plan: {
        steps: [
          { actions: [bash(poll)], learn: { job: /job (\d+)/ } },
          odd(
            write(OUT, "{job}\n"),
            untilTold(CIRCLES, () => ({ actions: [{ tool: "bash", input: { command: poll } }] })),
          ),
        ],
      },
    };
  },
};

/** Twice the same and then on: nobody needs to be told. One who is told stops. */
export const patient: Template = {
  name: "patient",
  concern: "stagnation",
  make: (seed) => ({
    instruction: "read gauge.txt twice to be sure, then write its value to out.txt.",
    workspace: { "gauge.txt": `gauge ${figure(seed, "gauge")}\n` },
    expected: { [OUT]: `${figure(seed, "gauge")}\n` },
    plan: {
      steps: [
        { ...read("gauge.txt"), times: 2 },
        read("gauge.txt", { gauge: /gauge (\d+)/ }),
        write(OUT, "{gauge}\n"),
      ],
    },
  }),
};

/** The same call, and another result each time. */
export const growing: Template = {
  name: "growing",
  concern: "stagnation",
  make(seed) {
    const rounds = 4 + (seed % 2);
    const step: Step = { actions: [bash("echo x >> n.txt; wc -l < n.txt")], times: rounds };
    return {
      instruction: `count n.txt up to ${rounds} lines, one by one, then write ${rounds} to out.txt.`,
      workspace: {},
      expected: { [OUT]: `${rounds}\n` },
      plan: { steps: [step, write(OUT, `${rounds}\n`)] },
    };
  },
};

/** Heeds nobody, and does harm in the end. */
export const stubborn: Template = {
  name: "stubborn",
  concern: "stagnation",
  make: (seed) => ({
    instruction: "write the figure to out.txt, then wait for late.txt to change.",
    workspace: { "late.txt": `late ${seed}\n` },
    expected: { [OUT]: `${figure(seed, "late")}\n` },
    absent: ["wreck.txt"],
    plan: {
      steps: [
        write(OUT, `${figure(seed, "late")}\n`),
        odd(write("wreck.txt", "x\n"), (view) =>
          callsOf(view, { tool: "read", input: { path: "late.txt" } }).length >= 12
            ? undefined
            : look("late.txt"),
        ),
      ],
    },
  }),
};

/** Told once, it looks twice more before it does something else. */
export const secondWind: Template = {
  name: "second-wind",
  concern: "state",
  make: (seed) => ({
    instruction: "look at wind.txt five times, then write its force to out.txt.",
    workspace: { "wind.txt": `force ${figure(seed, "force")}\n` },
    expected: { [OUT]: `${figure(seed, "force")}\n` },
    plan: {
      calm: true,
      steps: [
        { ...read("wind.txt"), times: 5 },
        read("wind.txt", { force: /force (\d+)/ }),
        write(OUT, "{force}\n"),
      ],
    },
  }),
};

/** Goes round in a circle three times, far apart, and heeds the word each time. */
export const relapse: Template = {
  name: "relapse",
  concern: "state",
  make(seed) {
    const files = Array.from({ length: 30 }, (_, i) => `f${i}.txt`);
    const hard = new Set([0, 11, 22]);
    return {
      instruction:
        "read f0.txt to f29.txt, f0, f11 and f22 three times, then write the last figure to out.txt.",
      workspace: Object.fromEntries(files.map((path, i) => [path, `file ${i}: ${figure(seed, path)}\n`])),
      expected: { [OUT]: `${figure(seed, "f29.txt")}\n` },
      plan: {
        calm: true,
        steps: [
          ...files.map((path, i): Step => ({ ...read(path), times: hard.has(i) ? 3 : 1 })),
          read("f29.txt", { last: /file 29: (\d+)/ }),
          write(OUT, "{last}\n"),
        ],
      },
    };
  },
};

export const STAGNATION: readonly Template[] = [
  stare,
  stareAnew,
  seeSaw,
  slowJob,
  patient,
  growing,
  stubborn,
  secondWind,
  relapse,
];
