/** How long it takes to group a great many imported failures, and what memory. */
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { initHome } from "../../runtime/kernel/home/init.ts";
import type { Bench, Figure, Row } from "../figure.ts";
import { CLONE, runAgent, type ChildResult } from "../support/child.ts";
import { writeFailures } from "../support/varied-failures.ts";

const FEW = 100_000;
const MANY = 2 * FEW;
const BAR_S = 30;
const BAR_MIB = 1024;
const BAR_GROWTH = 2.3;
const MIB = 1024 ** 2;

export const clusters: Figure = {
  name: "clusters",
  about:
    "grouping 100,000 and 200,000 imported failures; with --data DIR, where tau-bench's file is; takes some GB below TMPDIR",
  async measure(bench) {
    if (bench.data === undefined) {
      process.stderr.write("bench: clusters is left out: --data DIR names the folder of tau-bench's file\n");
      return [];
    }
    const few = await measure(bench, bench.data, FEW);
    const many = await measure(bench, bench.data, MANY);
    return [
      ...rowsOf(few, FEW),
      ...rowsOf(many, MANY),
      {
        what: "grouping twice as many takes",
        unit: "x",
        value: many.grouped.ms / few.grouped.ms,
        bar: BAR_GROWTH,
        note: "times as long, the start of the program included in both",
      },
    ];
  },
};

interface Measured {
  readonly imported: ChildResult;
  /** The first `agent failures` after the import: it puts every signature into a cluster, and lists. */
  readonly grouped: ChildResult;
  /** The second: nothing is new. */
  readonly again: ChildResult;
  readonly megabytes: number;
}

async function measure({ temp, signal }: Bench, data: string, count: number): Promise<Measured> {
  const cwd = await initHome(join(temp, `clusters-${count}`), "default");
  const file = join(temp, `failures-${count}.jsonl`);
  await writeFailures(data, count, file);
  const megabytes = (await stat(file)).size / MIB;
  const agent = async (...args: string[]): Promise<ChildResult> => {
    const result = await runAgent({ launcher: CLONE, args, cwd, signal });
    if (result.code !== 0) throw new Error(`agent ${args[0]} ended with ${result.code}: ${result.stderr}`);
    return result;
  };
  try {
    const imported = await agent("import", "openai-chat", file);
    const grouped = await agent("failures");
    const again = await agent("failures");
    return { imported, grouped, again, megabytes };
  } finally {
    await rm(cwd, { recursive: true, force: true });
    await rm(file, { force: true });
  }
}

function rowsOf({ imported, grouped, again, megabytes }: Measured, count: number): Row[] {
  const of = `${count.toLocaleString("en")} failures`;
  const found = /^(\d+) more/m.exec(grouped.stdout)?.[1];
  const bars = count === FEW;
  return [
    {
      what: `import and analysis of ${of}`,
      unit: "s",
      value: imported.ms / 1000,
      note: `${megabytes.toFixed(0)} MiB of JSON lines, made from 116 real ones: last messages, one word in 50 replaced`,
    },
    { what: "… memory", unit: "MiB", value: imported.memory.bytes / MIB, bar: BAR_MIB },
    {
      what: `grouping ${of}`,
      unit: "s",
      value: grouped.ms / 1000,
      ...(bars ? { bar: BAR_S } : {}),
      note: `\`agent failures\` from start to end; ${20 + Number(found ?? 0)} groups`,
    },
    { what: "… memory", unit: "MiB", value: grouped.memory.bytes / MIB, bar: BAR_MIB },
    { what: "… once more, with nothing new", unit: "s", value: again.ms / 1000 },
  ];
}
