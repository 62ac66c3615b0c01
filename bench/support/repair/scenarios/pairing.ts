/** Calls and their results: which belongs to which, whatever ids, words and thoughts come with them. */
import type { Template } from "../model/plan.ts";
import { figure, odd, OUT, read, reading, write } from "./kit.ts";

/** A server that numbers the calls of each reply from zero. */
export const sameIds: Template = {
  name: "same-ids",
  concern: "pairing",
  make: (seed) => ({
    instruction: "read one.txt, two.txt and three.txt and write their figures to out.txt.",
    workspace: Object.fromEntries(
      ["one", "two", "three"].map((name) => [`${name}.txt`, `${name}: ${figure(seed, name)}\n`]),
    ),
    expected: { [OUT]: `${["one", "two", "three"].map((name) => figure(seed, name)).join("\n")}\n` },
    plan: {
      server: { numbersIds: true },
      steps: [
        {
          actions: [reading("one.txt"), reading("two.txt")].slice(0, 1 + (seed % 2)),
          learn: { one: /one: (\d+)/ },
        },
        read("two.txt", { two: /two: (\d+)/ }),
        read("three.txt", { three: /three: (\d+)/ }),
        write(OUT, "{one}\n{two}\n{three}\n"),
      ],
    },
  }),
};

/** Thinking must come back as it was, in front of the calls that came of it. */
export const thinker: Template = {
  name: "thinker",
  concern: "filters",
  make: (seed) => ({
    instruction: "read deep.txt and write its depth to out.txt.",
    workspace: { "deep.txt": `depth ${figure(seed, "depth")}\n` },
    expected: { [OUT]: `${figure(seed, "depth")}\n` },
    plan: {
      server: { thinks: true },
      mute: seed % 2 === 0,
      steps: [read("deep.txt", { depth: /depth (\d+)/ }), write(OUT, "{depth}\n")],
    },
  }),
};

/** Calls without a word beside them. */
export const silentHands: Template = {
  name: "silent-hands",
  concern: "pairing",
  make: (seed) => ({
    instruction: "read hand.txt and write its size to out.txt.",
    workspace: { "hand.txt": `size ${figure(seed, "size")}\n` },
    expected: { [OUT]: `${figure(seed, "size")}\n` },
    plan: { mute: true, steps: [read("hand.txt", { size: /size (\d+)/ }), write(OUT, "{size}\n")] },
  }),
};

/** Empty words beside calls: no server takes them back. */
export const emptyWords: Template = {
  name: "empty-words",
  concern: "pairing",
  make: (seed) => ({
    instruction: "read word.txt and write its count to out.txt.",
    workspace: { "word.txt": `count ${figure(seed, "count")}\n` },
    expected: { [OUT]: `${figure(seed, "count")}\n` },
    plan: {
      steps: [
        odd(read("word.txt", { count: /count (\d+)/ }), () => ({
          texts: seed % 2 === 0 ? [""] : ["Now.", " \n"],
          actions: [{ tool: "read", input: { path: "word.txt" } }],
        })),
        write(OUT, "{count}\n"),
      ],
    },
  }),
};

/** One of the calls is for a tool that does not exist; the others are good. */
export const wrongTool: Template = {
  name: "wrong-tool",
  concern: "dispatch",
  make: (seed) => ({
    instruction: "show page.txt and write its number to out.txt.",
    workspace: { "page.txt": `page ${figure(seed, "page")}\n`, "cover.txt": "cover\n" },
    expected: { [OUT]: `${figure(seed, "page")}\n` },
    plan: {
      steps: [
        {
          actions: [{ tool: "show", input: { path: "page.txt" } }, reading("cover.txt")].slice(
            0,
            1 + (seed % 2),
          ),
          answered: true,
          instead: (view) =>
            view.calls.length > 0
              ? undefined
              : {
                  actions: [
                    { tool: "show", input: { path: "page.txt" } },
                    { tool: "read", input: { path: "cover.txt" } },
                  ].slice(0, 1 + (seed % 2)),
                },
        },
        read("page.txt", { page: /page (\d+)/ }),
        write(OUT, "{page}\n"),
      ],
    },
  }),
};

/** One call of a batch fails; what its siblings found is needed. */
export const oneFails: Template = {
  name: "one-fails",
  concern: "dispatch",
  make: (seed) => ({
    instruction: "read gone.txt, here.txt and there.txt together and write what is found to out.txt.",
    workspace: {
      "here.txt": `here ${figure(seed, "here")}\n`,
      "there.txt": `there ${figure(seed, "there")}\n`,
    },
    expected: { [OUT]: `${figure(seed, "here")} ${figure(seed, "there")}\n` },
    plan: {
      steps: [
        {
          actions: [reading("here.txt"), reading("gone.txt"), reading("there.txt")]
            .slice(seed % 2 === 0 ? 0 : 1)
            .concat(seed % 2 === 0 ? [] : [reading("here.txt")]),
          answered: true,
        },
        read("here.txt", { here: /here (\d+)/ }),
        read("there.txt", { there: /there (\d+)/ }),
        write(OUT, "{here} {there}\n"),
      ],
      server: {},
    },
    budgets: { steps: 3 },
  }),
};

export const PAIRING: readonly Template[] = [sameIds, thinker, silentHands, emptyWords, wrongTool, oneFails];
