/** The whole demo, once, in a process of its own, with the memory of everything it starts. */
import { join } from "node:path";
import { z } from "zod";
import type { Figure } from "../figure.ts";
import { CLONE, runAgent } from "../support/child.ts";

const BAR_SECONDS = 90;

const Score = z.object({ passed: z.number(), total: z.number() });
const Demo = z.object({
  before: Score,
  after: Score,
  heldOut: z.object({ before: z.number(), after: z.number(), bestOf2: z.number(), total: z.number() }),
  candidates: z.array(z.object({ verdict: z.string() })),
  rolledBack: z.boolean(),
});

export const demo: Figure = {
  name: "demo",
  about: "`agent demo --json` in all, and the peak memory of its process tree",
  async measure({ temp, signal }) {
    const args = ["demo", "--json", "--dir", join(temp, "demo")];
    const { code, stdout, stderr, ms, memory } = await runAgent({ launcher: CLONE, args, cwd: temp, signal });
    const result = Demo.safeParse(parse(stdout));
    if (!result.success) throw new Error(`agent demo ended with ${code}: ${stderr.slice(-500)}`);
    return [
      { what: "demo in all", unit: "s", value: ms / 1000, bar: BAR_SECONDS, note: told(result.data) },
      {
        what: "peak memory of the demo",
        unit: "MiB",
        value: memory.bytes / 1_048_576,
        note: `${memory.kind} of ${memory.processes} processes, every 250 ms`,
      },
    ];
  },
};

function told({ before, after, heldOut, candidates, rolledBack }: z.infer<typeof Demo>): string {
  const verdicts = Object.entries(Object.groupBy(candidates, ({ verdict }) => verdict));
  return [
    `suite ${before.passed} → ${after.passed} of ${after.total}`,
    `held out ${heldOut.before} → ${heldOut.after} of ${heldOut.total} (best of 2: ${heldOut.bestOf2})`,
    `candidates: ${verdicts.map(([verdict, all]) => `${all?.length ?? 0} ${verdict}`).join(", ")}`,
    rolledBack ? "bad patch rolled back" : "bad patch NOT rolled back",
  ].join("; ");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
