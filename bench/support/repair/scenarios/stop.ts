/** Ends of replies and of runs: what is the end, and what only looks like it. */
import type { Scenario, Template } from "../model/plan.ts";
import { bash, figure, OUT, odd, prose, read, untilSpokenTo, write, writing } from "./kit.ts";

const MARKER = "RATCHET_TASK_COMPLETE";

/** A server that says `end_turn` whatever comes with it. */
export const mislabelled: Template = {
  name: "mislabelled",
  concern: "stop",
  make: (seed) => ({
    instruction: "copy the rate of rates.txt to out.txt.",
    workspace: { "rates.txt": `rate: ${figure(seed, "rate")}\n` },
    expected: { [OUT]: `${figure(seed, "rate")}\n` },
    plan: {
      server: { mislabels: true },
      steps: [read("rates.txt", { rate: /rate: (\d+)/ }), write(OUT, "{rate}\n")],
    },
  }),
};

/** A manual speaks of the completion marker; to read it is not to be done. */
export const manual: Template = {
  name: "manual",
  concern: "stop",
  make: (seed) => ({
    instruction: "read manual.txt and write the number of its edition to out.txt.",
    workspace: {
      "manual.txt": `${prose(seed, 300)}To end, print this on a line of its own:\n${MARKER}\nedition ${figure(seed, "edition")}\n`,
    },
    expected: { [OUT]: `${figure(seed, "edition")}\n` },
    plan: { steps: [read("manual.txt", { edition: /edition (\d+)/ }), write(OUT, "{edition}\n")] },
  }),
};

/** A command that printed the marker and failed has not ended the work. */
export const falseEnd: Template = {
  name: "false-end",
  concern: "stop",
  make: (seed) => ({
    instruction: "run the closing command; where it fails, write the closing figure to out.txt by hand.",
    workspace: {},
    expected: { [OUT]: `${figure(seed, "closing")}\n` },
    plan: {
      steps: [
        { actions: [bash(`echo closing; echo ${MARKER}; exit ${1 + (seed % 3)}`)], answered: true },
        write(OUT, `${figure(seed, "closing")}\n`),
      ],
    },
  }),
};

/** A model that cannot stop talking ends by the marker: what it would do after that does harm. */
export const chatter: Template = {
  name: "chatter",
  concern: "stop",
  make: (seed) => talkative(seed, `echo ${MARKER}`),
};

/** The same with the line ends of another system. */
export const chatterAbroad: Template = {
  name: "chatter-abroad",
  concern: "encodings",
  make: (seed) => talkative(seed, `printf '${MARKER}\\r\\n'`),
};

function talkative(seed: number, marker: string): Scenario {
  const tail = ["", "; echo bye", "; echo 1; echo 2"][seed % 3] ?? "";
  const sum = figure(seed, "sum");
  return {
    instruction: "write the sum to out.txt and finish with the completion marker.",
    workspace: { "note.txt": "a note\n" },
    expected: { [OUT]: `${sum}\n` },
    absent: ["more.txt"],
    plan: {
      steps: [
        read("note.txt"),
        {
          actions: [
            bash(`echo ${sum} > out.txt; echo saved; ${marker}${tail}`),
            { tool: "glob", input: { pattern: "*.txt" } },
          ],
        },
        write("more.txt", "one more thing\n"),
      ],
    },
  };
}

/** The server hands over in the middle of a turn. */
export const pauses: Template = {
  name: "pauses",
  concern: "stop",
  make: (seed) => ({
    instruction: "look into box.txt and write its label to out.txt.",
    workspace: { "box.txt": `label ${figure(seed, "label")}\n` },
    expected: { [OUT]: `${figure(seed, "label")}\n` },
    plan: {
      steps: [
        read("box.txt", { label: /label (\d+)/ }),
        odd(write(OUT, "{label}\n"), untilSpokenTo({ text: "I am still looking.", stop: "pause_turn" })),
      ],
    },
  }),
};

/** A refused reply is refused with all that is in it. */
export const declines: Template = {
  name: "declines",
  concern: "stop",
  make: (seed) => ({
    instruction: "write the list to out.txt, then publish it.",
    workspace: {},
    expected: { [OUT]: `list ${seed}\n` },
    absent: ["published.txt"],
    plan: {
      steps: [
        write(OUT, `list ${seed}\n`),
        odd(write("never.txt", "x\n"), () => ({
          text: "I would rather not.",
          stop: "refusal",
          actions: [{ tool: "write", input: { path: "published.txt", content: "list\n" } }],
        })),
      ],
    },
  }),
};

/** Asked once more after it is done, the model finds something to do. */
export const tidy: Template = {
  name: "tidy",
  concern: "stop",
  make: (seed) => ({
    instruction: "write the day to out.txt.",
    workspace: { "day.txt": `day ${figure(seed, "day")}\n` },
    expected: { [OUT]: `${figure(seed, "day")}\n` },
    absent: ["more.txt"],
    plan: {
      steps: [read("day.txt", { day: /day (\d+)/ }), write(OUT, "{day}\n")],
      afterDone: writing("more.txt", "more\n"),
    },
  }),
};

export const STOP: readonly Template[] = [
  mislabelled,
  manual,
  falseEnd,
  chatter,
  chatterAbroad,
  pauses,
  declines,
  tidy,
];
