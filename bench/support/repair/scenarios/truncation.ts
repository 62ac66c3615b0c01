/** Long results: the end must be seen, the gap must be known, and the cut must not cost the context. */
import type { Template } from "../model/plan.ts";
import { figure, OUT, odd, prose, read, write } from "./kit.ts";

/** The figure stands at the very end, or at the very beginning. */
export const atTheEnd: Template = {
  name: "at-the-end",
  concern: "truncation",
  make(seed) {
    const line = `balance: ${figure(seed, "balance")}\n`;
    const text = prose(seed, 24_000 + (seed % 4) * 2_000);
    return {
      instruction: "read ledger.txt and write its balance to out.txt.",
      workspace: { "ledger.txt": seed % 4 === 3 ? line + text : text + line },
      expected: { [OUT]: `${figure(seed, "balance")}\n` },
      plan: { steps: [read("ledger.txt", { balance: /balance: (\d+)/ }), write(OUT, "{balance}\n")] },
    };
  },
};

/** Many short lines. */
export const manyLines: Template = {
  name: "many-lines",
  concern: "truncation",
  make(seed) {
    const lines = Array.from({ length: 900 + seed * 10 }, (_, i) => `row ${i}`);
    return {
      instruction: "read rows.txt and write the total at its end to out.txt.",
      workspace: { "rows.txt": `${lines.join("\n")}\ntotal ${figure(seed, "total")}\n` },
      expected: { [OUT]: `${figure(seed, "total")}\n` },
      plan: { steps: [read("rows.txt", { total: /total (\d+)/ }), write(OUT, "{total}\n")] },
    };
  },
};

/** The figure stands in the middle; whoever is told that something is missing looks for it. */
export const gap: Template = {
  name: "gap",
  concern: "truncation",
  make(seed) {
    const half = prose(seed, 13_000);
    const seen = (text: string | undefined): boolean => text?.includes("not shown") === true;
    return {
      instruction: "write the middle figure of report.txt to out.txt, or none where it has none.",
      workspace: { "report.txt": `${half}middle: ${figure(seed, "middle")}\n${half}` },
      expected: { [OUT]: `${figure(seed, "middle")}\n` },
      plan: {
        steps: [
          read("report.txt"),
          {
            actions: [{ tool: "grep", input: { pattern: "middle: [0-9]+", path: "report.txt" } }],
            learn: { middle: /middle: (\d+)/ },
            instead: (view) =>
              view.calls.some(({ text }) => seen(text))
                ? undefined
                : { actions: [{ tool: "write", input: { path: OUT, content: "none\n" } }] },
          },
          odd(write(OUT, "{middle}\n"), () => undefined),
        ],
      },
    };
  },
};

/** Another script: a character is more than a byte, and about a token. */
export const otherScript: Template = {
  name: "other-script",
  concern: "encodings",
  make(seed) {
    const line = `${"帳簿山川海船米塩布木".repeat(4)}\n`;
    return {
      instruction: "read scroll.txt and write the figure at its end to out.txt.",
      workspace: { "scroll.txt": `${line.repeat(270 + (seed % 4) * 10)}終 ${figure(seed, "scroll")}\n` },
      expected: { [OUT]: `${figure(seed, "scroll")}\n` },
      plan: { steps: [read("scroll.txt", { scroll: /終 (\d+)/ }), write(OUT, "{scroll}\n")] },
    };
  },
};

/** Lengths at which a cut by code units falls into a character. */
const BEFORE = [2, 3, 9, 10, 16, 17];

/** Nothing but characters of four bytes: whoever cuts must not cut one. */
export const faces: Template = {
  name: "faces",
  concern: "encodings",
  make: (seed) => ({
    instruction: "read faces.txt and write the figure at its end to out.txt.",
    workspace: {
      "faces.txt": `${"x".repeat(BEFORE[seed % 6] ?? 0)}${"😀".repeat(5_000)}\nfaces ${figure(seed, "faces")}\n`,
    },
    expected: { [OUT]: `${figure(seed, "faces")}\n` },
    plan: { steps: [read("faces.txt", { faces: /faces (\d+)/ }), write(OUT, "{faces}\n")] },
  }),
};

export const TRUNCATION: readonly Template[] = [atTheEnd, manyLines, gap, otherScript, faces];
