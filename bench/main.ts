/** `npm run bench`: measures, prints one table. This file only wires the parts together. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { messageOf } from "../runtime/kernel/error.ts";
import type { Bench, Figure } from "./figure.ts";
import { FIGURES } from "./figures/index.ts";
import { load, machineFacts } from "./machine.ts";
import { parseOptions, type Options } from "./options.ts";
import { toJson, toText, type Measured } from "./table.ts";
import { withBench } from "./support/bench.ts";

const parsed = parseOptions(process.argv.slice(2), FIGURES);
switch (parsed.kind) {
  case "help":
    process.stdout.write(parsed.text);
    break;
  case "wrong":
    process.stderr.write(`bench: ${parsed.problem}\n`);
    process.exitCode = 2;
    break;
  case "run":
    quietExperiments();
    await withBench(parsed.options, (bench) => run(bench, parsed.options)).catch(giveUp);
    break;
  default:
    parsed satisfies never;
}

async function run(bench: Bench, options: Options): Promise<void> {
  const before = machineFacts(bench.sandbox.tier);
  const measured: Measured[] = [];
  for (const figure of options.figures) measured.push(await measure(figure, bench));
  const report = { machine: { ...before, loadAfter: load() }, measured };
  const text = options.json ? toJson(report) : toText(report);
  process.stdout.write(text);
  if (options.out !== undefined) await writeFile(resolve(options.out), text);
  if (measured.some(({ kind }) => kind === "failed")) process.exitCode = 1;
}

/** A figure that cannot be measured does not keep the others from being measured. */
async function measure(figure: Figure, bench: Bench): Promise<Measured> {
  bench.signal.throwIfAborted();
  process.stderr.write(`bench: ${figure.about}\n`);
  try {
    return { kind: "rows", figure: figure.name, rows: await figure.measure(bench) };
  } catch (error) {
    bench.signal.throwIfAborted();
    return { kind: "failed", figure: figure.name, why: messageOf(error) };
  }
}

function giveUp(error: unknown): void {
  process.stderr.write(`bench: ${messageOf(error)}\n`);
  process.exitCode ??= 5;
}

/** Node warns that stripping types may change; it is pinned, so nobody needs to be told. */
function quietExperiments(): void {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name !== "ExperimentalWarning")
      process.stderr.write(`bench: ${warning.name}: ${warning.message}\n`);
  });
}
