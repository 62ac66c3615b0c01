/** Limits: what may be spent must be spent well, and what counts must be counted once. */
import type { Template } from "../model/plan.ts";
import { bash, figure, OUT, prose, read, reading, write } from "./kit.ts";

/** The work takes every step that there is. */
export const tight: Template = {
  name: "tight",
  concern: "budgets",
  make(seed) {
    const count = 5 + (seed % 4);
    const names = Array.from({ length: count }, (_, i) => `n${i}`);
    return {
      instruction: `read ${names[0]} to ${names.at(-1)} and write their figures to out.txt; there is no step to spare.`,
      workspace: Object.fromEntries(names.map((name) => [name, `${name}: ${figure(seed, name)}\n`])),
      expected: { [OUT]: `${names.map((name) => figure(seed, name)).join("\n")}\n` },
      budgets: { steps: count + 1 },
      plan: {
        steps: [
          ...names.map((name) => read(name, { [name]: new RegExp(`${name}: (\\d+)`) })),
          write(OUT, `${names.map((name) => `{${name}}`).join("\n")}\n`),
        ],
      },
    };
  },
};

/** A long letter that the output limit just lets through. */
export const longLetter: Template = {
  name: "long-letter",
  concern: "budgets",
  make(seed) {
    const text = prose(seed, 2_400 + (seed % 3) * 300);
    return {
      instruction: "write the long letter to out.txt.",
      workspace: { "to.txt": `to ${seed}\n` },
      expected: { [OUT]: text },
      budgets: { steps: 6 },
      plan: { steps: [read("to.txt"), write(OUT, text)] },
    };
  },
};

/** Four long files at once: each may take a part of the context only. */
export const bigBatch: Template = {
  name: "big-batch",
  concern: "budgets",
  also: ["truncation"],
  make(seed) {
    const names = ["n", "e", "s", "w"];
    return {
      instruction:
        "read n.txt, e.txt, s.txt and w.txt together and write the figures at their ends to out.txt.",
      workspace: Object.fromEntries(
        names.map((name, i) => [
          `${name}.txt`,
          `${prose(seed * 4 + i, 11_000)}end ${name}: ${figure(seed, name)}\n`,
        ]),
      ),
      expected: { [OUT]: `${names.map((name) => figure(seed, name)).join(" ")}\n` },
      plan: {
        steps: [
          {
            actions: names.map((name) => reading(`${name}.txt`)),
            learn: Object.fromEntries(names.map((name) => [name, new RegExp(`end ${name}: (\\d+)`)])),
          },
          write(OUT, "{n} {e} {s} {w}\n"),
        ],
      },
    };
  },
};

/** The context is full when hardly a step is left: what there is must not be spent on notes. */
export const lastSteps: Template = {
  name: "last-steps",
  concern: "budgets",
  make(seed) {
    const names = ["k", "l", "m", "o"];
    return {
      instruction: "read k.txt to o.txt, then book the number of the last one and close the book.",
      workspace: Object.fromEntries(
        names.map((name, i) => [
          `${name}.txt`,
          `${prose(seed * 6 + i, 8_700)}no ${name}: ${figure(seed, name)}\n`,
        ]),
      ),
      expected: { "book.txt": `${figure(seed, "o")}\n`, "closed.txt": "closed\n" },
      budgets: { steps: 6 },
      plan: {
        steps: [
          ...names.map((name) => read(`${name}.txt`, { [name]: new RegExp(`no ${name}: (\\d+)`) })),
          write("book.txt", "{o}\n"),
          write("closed.txt", "closed\n"),
        ],
      },
    };
  },
};

/** The time is short, and one command hangs. */
export const hanging: Template = {
  name: "hanging",
  concern: "timeouts",
  make: (seed) => ({
    instruction: "ask the slow clock; where it does not answer, write the figure of clock.txt to out.txt.",
    workspace: { "clock.txt": `clock ${figure(seed, "clock")}\n` },
    expected: { [OUT]: `${figure(seed, "clock")} late\n` },
    budgets: { seconds: 8 },
    plan: {
      steps: [
        {
          actions: [bash("sleep 5", { timeout_seconds: 0.2 })],
          learn: { late: /(stopped after)/ },
          tries: 1,
          answered: true,
        },
        read("clock.txt", { clock: /clock (\d+)/ }),
        write(OUT, "{clock} late\n"),
      ],
    },
  }),
};

export const BUDGETS: readonly Template[] = [tight, longLetter, bigBatch, lastSteps, hanging];
