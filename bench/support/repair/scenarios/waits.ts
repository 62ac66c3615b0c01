/** Time: how long to wait, and for whom. And overflows that come twice. */
import type { Template } from "../model/plan.ts";
import { figure, hex, OUT, read, write } from "./kit.ts";

/** Whoever comes back before the time that was asked for is shut out. */
export const askedToWait: Template = {
  name: "asked-to-wait",
  concern: "timeouts",
  make: (seed) => ({
    instruction: "read pass.txt and write its number to out.txt.",
    workspace: { "pass.txt": `pass ${figure(seed, "pass")}\n` },
    expected: { [OUT]: `${figure(seed, "pass")}\n` },
    budgets: { seconds: 8 },
    plan: {
      server: {
        errors: {
          [1 + (seed % 2)]: {
            code: "rate_limited",
            message: "slow down",
            retryable: true,
            retryAfterMs: 1_400 + 100 * (seed % 3),
            strict: true,
          },
        },
      },
      steps: [read("pass.txt", { pass: /pass (\d+)/ }), write(OUT, "{pass}\n")],
    },
  }),
};

/** The context overflows twice in one run, at calls far apart. */
export const twiceTooLong: Template = {
  name: "twice-too-long",
  concern: "state",
  make(seed) {
    const names = ["t", "u", "v", "x", "y", "z"];
    return {
      instruction: "read the dumps t to z and write their marks to out.txt.",
      workspace: Object.fromEntries(
        names.map((name, i) => [
          `${name}.hex`,
          `${hex(seed * 10 + i, 8_000)}mark ${name}: ${figure(seed, name)}\n`,
        ]),
      ),
      expected: { [OUT]: `${names.map((name) => figure(seed, name)).join("\n")}\n` },
      plan: {
        server: { hexPerToken: 2.2 },
        steps: [
          ...names.map((name) => read(`${name}.hex`, { [name]: new RegExp(`mark ${name}: (\\d+)`) })),
          write(OUT, "{t}\n{u}\n{v}\n{x}\n{y}\n{z}\n"),
        ],
      },
    };
  },
};

export const WAITS: readonly Template[] = [askedToWait, twiceTooLong];
