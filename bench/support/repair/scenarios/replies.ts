/** Replies that are empty, cut or only a part: what to keep of them, and how often to ask again. */
import type { Scenario, Template, Thought } from "../model/plan.ts";
import { figure, odd, OUT, prose, read, untilSpokenTo, write } from "./kit.ts";

const NOTHING: Thought = {};

/** Says nothing at several steps, and goes on each time it is asked. */
export const silences: Template = {
  name: "silences",
  concern: "state",
  make(seed) {
    const names = ["s1", "s2", "s3", "s4", "s5"];
    return {
      instruction: "read s1 to s5 and write the last figure to out.txt.",
      workspace: Object.fromEntries(names.map((name) => [name, `${name}: ${figure(seed, name)}\n`])),
      expected: { [OUT]: `${figure(seed, "s5")}\n` },
      plan: {
        steps: [
          ...names.map((name) =>
            odd(read(name, { [name]: new RegExp(`${name}: (\\d+)`) }), untilSpokenTo(NOTHING)),
          ),
          write(OUT, "{s5}\n"),
        ],
      },
    };
  },
};

/** Says nothing once or twice. */
export const quiet: Template = {
  name: "quiet",
  concern: "hooks",
  make: (seed) => ({
    instruction: "read calm.txt and write its number to out.txt.",
    workspace: { "calm.txt": `calm ${figure(seed, "calm")}\n` },
    expected: { [OUT]: `${figure(seed, "calm")}\n` },
    plan: {
      steps: [
        read("calm.txt", { calm: /calm (\d+)/ }),
        odd(write(OUT, "{calm}\n"), untilSpokenTo(NOTHING, 1 + (seed % 2))),
      ],
    },
  }),
};

/** Says nothing for ever, or nearly: who keeps asking gets a mess. */
export const muteForLong: Template = {
  name: "mute-for-long",
  concern: "state",
  make: (seed) => ({
    instruction: "write the figure to out.txt and be silent.",
    workspace: {},
    expected: { [OUT]: `${figure(seed, "mute")}\n` },
    absent: ["mess.txt"],
    plan: {
      steps: [
        write(OUT, `${figure(seed, "mute")}\n`),
        odd(write("mess.txt", "mess\n"), untilSpokenTo(NOTHING, 6 + (seed % 3))),
      ],
    },
  }),
};

/** A letter too long for one reply: none of the half that came may be used. */
export const halfWritten: Template = {
  name: "half-written",
  concern: "streaming",
  make(seed) {
    const [one, two] = [prose(seed, 2_200), prose(seed + 50, 2_300)];
    return {
      instruction:
        "write the two parts of the letter to one.txt and two.txt, or both into whole.txt where that can be done.",
      workspace: {},
      expected: { "one.txt": one, "two.txt": two },
      absent: ["whole.txt"],
      plan: {
        steps: [
          odd(write("one.txt", one), (view) =>
            view.told.length > 0
              ? undefined
              : {
                  text: "All at once.",
                  actions: [{ tool: "write", input: { path: "whole.txt", content: one + two } }],
                },
          ),
          write("two.txt", two),
        ],
      },
    };
  },
};

/** Cut off in the middle of a sentence, before any call. */
export const cutShort: Template = {
  name: "cut-short",
  concern: "streaming",
  make: (seed) => ({
    instruction: "read plan.txt and write its page to out.txt.",
    workspace: { "plan.txt": `page ${figure(seed, "page")}\n` },
    expected: { [OUT]: `${figure(seed, "page")}\n` },
    plan: {
      steps: [
        read("plan.txt", { page: /page (\d+)/ }),
        odd(
          write(OUT, "{page}\n"),
          untilSpokenTo({ text: "First I would like to say at some length that", stop: "max_tokens" }),
        ),
      ],
    },
  }),
};

/** What was said before the cut is needed afterwards. */
export const saidBeforeCut: Template = {
  name: "said-before-cut",
  concern: "streaming",
  make: (seed) => settling(seed, "max_tokens"),
};

/** What was said before a pause is needed afterwards. */
export const saidBeforePause: Template = {
  name: "said-before-pause",
  concern: "streaming",
  make: (seed) => settling(seed, "pause_turn"),
};

function settling(seed: number, stop: "max_tokens" | "pause_turn"): Scenario {
  const code = figure(seed, "code");
  return {
    instruction: "settle for a code of your own and write it to out.txt.",
    workspace: { "codes.txt": "any will do\n" },
    expected: { [OUT]: `${code}\n` },
    plan: {
      told: { code: { in: "own", at: /I settle for code (\d+)/ } },
      steps: [
        read("codes.txt"),
        odd(write(OUT, "{code}\n"), untilSpokenTo({ text: `I settle for code ${code}.`, stop })),
      ],
    },
  };
}

/** Thinking that was cut has no signature, and no server takes it back. */
export const cutThought: Template = {
  name: "cut-thought",
  concern: "streaming",
  make: (seed) => ({
    instruction: "read idea.txt and write its number to out.txt.",
    workspace: { "idea.txt": `idea ${figure(seed, "idea")}\n` },
    expected: { [OUT]: `${figure(seed, "idea")}\n` },
    plan: {
      server: { thinks: true },
      steps: [
        read("idea.txt", { idea: /idea (\d+)/ }),
        odd(
          write(OUT, "{idea}\n"),
          untilSpokenTo({ text: "Well, as I see it,", stop: "max_tokens", unsigned: true }),
        ),
      ],
    },
  }),
};

export const REPLIES: readonly Template[] = [
  silences,
  quiet,
  muteForLong,
  halfWritten,
  cutShort,
  saidBeforeCut,
  saidBeforePause,
  cutThought,
];
