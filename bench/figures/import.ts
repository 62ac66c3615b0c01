/** What is taken in of real trajectories, and that it is what they say. */
import { join } from "node:path";
import { z } from "zod";
import { initHome } from "../../runtime/kernel/home/init.ts";
import type { Bench, Figure, Row } from "../figure.ts";
import { CLONE, runAgent } from "../support/child.ts";
import { TAUBENCH } from "../support/varied-failures.ts";

export const importing: Figure = {
  name: "import",
  about: "tau-bench airline as it is imported: pass^k, and what a second import adds; with --data DIR",
  async measure(bench) {
    if (bench.data === undefined) {
      process.stderr.write("bench: import is left out: --data DIR names the folder of tau-bench's file\n");
      return [];
    }
    const home = await initHome(join(bench.temp, "import"), "default");
    const file = join(bench.data, TAUBENCH);
    const first = await importFile(bench, home, file);
    const second = await importFile(bench, home, file);
    const { added, passHat, badRows } = first.imported;
    return [
      exact("tau-bench airline: runs imported", "count", added, 200),
      exact("… bad rows", "count", badRows, 0),
      exact("… pass^1", "%", 100 * (passHat[0] ?? Number.NaN), 42),
      exact("… pass^4", "%", 100 * (passHat[3] ?? Number.NaN), 20),
      exact("… runs that a second import adds", "count", second.imported.added, 0),
      {
        what: "… time",
        unit: "s",
        value: first.ms / 1000,
        note: "from start to end, analysis of the failed ones included",
      },
    ];
  },
};

const Imported = z.object({ added: z.number(), badRows: z.number(), passHat: z.array(z.number()) });

async function importFile(
  { signal }: Bench,
  cwd: string,
  file: string,
): Promise<{ readonly imported: z.infer<typeof Imported>; readonly ms: number }> {
  const args = ["import", "openai-chat", file, "--json"];
  const { code, stdout, stderr, ms } = await runAgent({ launcher: CLONE, args, cwd, signal });
  if (code !== 0) throw new Error(`agent import ended with ${code}: ${stdout}${stderr}`);
  return { imported: Imported.parse(JSON.parse(stdout)), ms };
}

/** A figure that is known, to the last half per cent. */
function exact(what: string, unit: Row["unit"], value: number, known: number): Row {
  const rounded = Math.round(value * 100) / 100;
  return { what, unit, value: rounded, bar: known, atLeast: known };
}
