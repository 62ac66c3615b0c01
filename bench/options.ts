/** What the command line asks for. */
import { parseArgs } from "node:util";
import type { Figure } from "./figure.ts";

export interface Options {
  readonly figures: readonly Figure[];
  readonly json: boolean;
  readonly packed: string | undefined;
  readonly data: string | undefined;
  readonly out: string | undefined;
  /** Which planted faults; all of them when empty. */
  readonly faults: readonly string[];
  /** Which concerns of planted faults; all of them when empty. */
  readonly families: readonly string[];
  /** Wall time of a cycle in the repair figures, in seconds. */
  readonly cycleSeconds: number;
}

const CYCLE_SECONDS = 90;

export type Parsed =
  | { readonly kind: "run"; readonly options: Options }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "wrong"; readonly problem: string };

export function parseOptions(args: readonly string[], figures: readonly Figure[]): Parsed {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: false });
    if (values.help === true) return { kind: "help", text: helpText(figures) };
    const chosen = figures.filter(({ name }) => values.only?.includes(name) ?? true);
    const unknown = values.only?.find((name) => !figures.some((figure) => figure.name === name));
    if (unknown !== undefined) {
      return {
        kind: "wrong",
        problem: `there is no figure "${unknown}"; there are ${figures.map(({ name }) => name).join(", ")}`,
      };
    }
    const { json = false, packed, data, out, fault: faults = [], family: families = [] } = values;
    const cycleSeconds = Number(values["cycle-seconds"] ?? CYCLE_SECONDS);
    if (!(cycleSeconds > 0)) return { kind: "wrong", problem: "--cycle-seconds takes a number above 0" };
    return {
      kind: "run",
      options: { figures: chosen, json, packed, data, out, faults, families, cycleSeconds },
    };
  } catch (error) {
    return {
      kind: "wrong",
      problem: `${error instanceof Error ? error.message : String(error)}; --help lists the options`,
    };
  }
}

const OPTIONS = {
  only: { type: "string", multiple: true },
  json: { type: "boolean" },
  packed: { type: "string" },
  data: { type: "string" },
  out: { type: "string" },
  fault: { type: "string", multiple: true },
  family: { type: "string", multiple: true },
  "cycle-seconds": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

function helpText(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  return `Usage: npm run bench -- [options]

Measures Ratchet on this machine and prints one table, with the bar beside each figure that has one.
Ends with 0 also when a figure is short of its bar, with 1 when one could not be measured.

  --only NAME    measure this figure only; may be given several times
  --json         print one JSON object instead of the table
  --packed DIR   folder where \`npm install ratchet-agent-*.tgz\` was done: measures \`agent --help\` there too
  --data DIR     a folder of your own, which is only read: measures its snapshot too
  --fault NAME   of the repair figures: this planted fault only; may be given several times
  --family NAME  of the repair figures: faults of this family only; may be given several times
  --cycle-seconds N  of the repair figures: wall time of a cycle; ${CYCLE_SECONDS} when left out
  --out FILE     write what is printed to a file as well; nothing else is written outside temporary folders
  -h, --help     show this

Figures:
${figures.map(({ name, about }) => `  ${name.padEnd(width)}   ${about}`).join("\n")}
`;
}
