/** How calls reach tools and how their outcomes come back: inputs, order, errors, silence. */
import type { Scenario, Template } from "../model/plan.ts";
import { bash, figure, odd, OUT, read, reading, write } from "./kit.ts";

/** A server that hands inputs over as JSON in a string. */
export const stringInputs: Template = {
  name: "string-inputs",
  concern: "dispatch",
  make: (seed) => ({
    instruction: "read card.txt and write its number to out.txt.",
    workspace: { "card.txt": `card ${figure(seed, "card")}\n` },
    expected: { [OUT]: `${figure(seed, "card")}\n` },
    plan: {
      server: { stringInputs: true },
      steps: [read("card.txt", { card: /card (\d+)/ }), write(OUT, "{card}\n")],
    },
  }),
};

/** An input that is no object: the model is told, and writes it anew. */
export const malformed: Template = {
  name: "malformed",
  concern: "dispatch",
  make: (seed) => ({
    instruction: "read coin.txt and write its year to out.txt.",
    workspace: { "coin.txt": `year ${figure(seed, "year")}\n` },
    expected: { [OUT]: `${figure(seed, "year")}\n` },
    plan: {
      steps: [
        odd(read("coin.txt", { year: /year (\d+)/ }), (view) =>
          view.calls.some(({ text }) => text?.includes("must be a JSON object") === true)
            ? undefined
            : { actions: [{ tool: "read", input: seed % 2 === 0 ? '{"path": "coin.txt"' : ["coin.txt"] }] },
        ),
        write(OUT, "{year}\n"),
      ],
    },
  }),
};

/** The second call of a batch reads what the first one makes. */
export const inOrder: Template = {
  name: "in-order",
  concern: "dispatch",
  make: (seed) => ({
    instruction: "make draft.txt and read it in one go, then write its number to out.txt.",
    workspace: {},
    expected: { [OUT]: `${figure(seed, "draft")}\n` },
    plan: {
      steps: [
        {
          actions: [bash(`sleep 0.1; echo draft ${figure(seed, "draft")} > draft.txt`), reading("draft.txt")],
          answered: true,
        },
        {
          actions: [reading("draft.txt")],
          learn: { draft: /draft (\d+)/ },
          tries: 1,
        },
        write(OUT, "{draft}\n"),
      ],
    },
  }),
};

/** A server that shows the model the flag of a failed call only. */
export const byFlag: Template = {
  name: "by-flag",
  concern: "errors",
  make: (seed) => lookingTwice(seed, "flag"),
};

/** A server that shows the model the words of a failed call only. */
export const byWords: Template = {
  name: "by-words",
  concern: "errors",
  make: (seed) => lookingTwice(seed, "prefix"),
};

/** What did not fail is taken for the text of the file. */
function lookingTwice(seed: number, errorSign: "flag" | "prefix"): Scenario {
  return {
    instruction:
      "read new.txt; where that fails read old.txt; write the number to out.txt, and whether it is old.",
    workspace: { "old.txt": `number ${figure(seed, "old")}\n` },
    expected: { [OUT]: `old ${figure(seed, "old")}\n` },
    plan: {
      errorSign,
      steps: [
        odd(read("old.txt", { old: /number (\d+)/ }), (view) => {
          const first = view.calls.find(({ spelled }) => spelled.includes("new.txt"));
          if (first === undefined) return { actions: [{ tool: "read", input: { path: "new.txt" } }] };
          const isError = errorSign === "flag" ? first.flagged : first.text?.startsWith("error") === true;
          return isError
            ? undefined
            : { actions: [{ tool: "write", input: { path: OUT, content: "new\n" } }] };
        }),
        write(OUT, "old {old}\n"),
      ],
    },
  };
}

/** The error says where to look. */
export const hint: Template = {
  name: "hint",
  concern: "errors",
  make: (seed) => ({
    instruction:
      "replace the word ink in pad.txt; where that cannot be done write to out.txt how often it occurs.",
    workspace: { "pad.txt": "ink\npen\n".repeat(3 + (seed % 5)) },
    expected: { [OUT]: `${3 + (seed % 5)} times\n` },
    plan: {
      steps: [
        {
          actions: [{ tool: "edit", input: { path: "pad.txt", old: "ink", new: "lead" } }],
          learn: { count: /occurs (\d+) times/ },
          tries: 1,
        },
        write(OUT, "{count} times\n"),
      ],
    },
  }),
};

/** The exit code tells what went wrong. */
export const exitCode: Template = {
  name: "exit-code",
  concern: "errors",
  make: (seed) => ({
    instruction: "run the check and write its exit code to out.txt.",
    workspace: {},
    expected: { [OUT]: `code ${3 + (seed % 6)}\n` },
    plan: {
      steps: [
        {
          actions: [bash(`echo checked; exit ${3 + (seed % 6)}`)],
          learn: { code: /exit code (\d+)/ },
          tries: 1,
        },
        write(OUT, "code {code}\n"),
      ],
    },
  }),
};

/** A command that prints nothing has worked. */
export const noOutput: Template = {
  name: "no-output",
  concern: "errors",
  make: (seed) => ({
    instruction: "touch the file, then write the figure to out.txt.",
    workspace: { "blank.txt": "" },
    expected: { [OUT]: `${figure(seed, "blank")}\n` },
    plan: { steps: [read("blank.txt"), write(OUT, `${figure(seed, "blank")}\n`)] },
  }),
};

/** One of the tools that are rarely used. */
export const rareTools: Template = {
  name: "rare-tools",
  concern: "filters",
  make(seed) {
    const grep = { tool: "grep", input: { pattern: "mark [0-9]+" } };
    const glob = { tool: "glob", input: { pattern: "**/*.txt" } };
    const edit = { tool: "edit", input: { path: "in/deep.txt", old: "red", new: "blue" } };
    return {
      instruction: "find the mark, turn red into blue beside it and write the mark to out.txt.",
      workspace: { "in/deep.txt": `mark ${figure(seed, "mark")}\nred\n` },
      expected: { [OUT]: `${figure(seed, "mark")}\n`, "in/deep.txt": `mark ${figure(seed, "mark")}\nblue\n` },
      plan: {
        steps: [
          { actions: [glob], tries: 1 },
          { actions: [grep], learn: { mark: /mark (\d+)/ } },
          { actions: [edit] },
          write(OUT, "{mark}\n"),
        ],
      },
    };
  },
};

export const TOOLS: readonly Template[] = [
  stringInputs,
  malformed,
  inOrder,
  byFlag,
  byWords,
  hint,
  exitCode,
  noOutput,
  rareTools,
];
