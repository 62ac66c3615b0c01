import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runDemo, type DemoResult } from "../../../evolver/demo.ts";
import { interruptible, type DangerOption } from "../open.ts";
import { printJson } from "../output.ts";
import { demoView, printSummary } from "../view/demo.ts";

export async function demo(options: DangerOption & { dir?: string; json?: boolean }): Promise<void> {
  const json = options.json === true;
  const result = await runDemo({
    dir: options.dir ?? (await mkdtemp(join(tmpdir(), "ratchet-demo-"))),
    signal: interruptible(),
    sandbox: { allowPartial: true, allowNone: options.dangerouslyWithoutSandbox === true },
    watch: json ? () => undefined : demoView(),
  });
  if (json) printJson(toJson(result));
  else printSummary(result);
  process.exitCode = result.rolledBack && result.after.passed > result.before.passed ? 0 : 1;
}

function toJson(result: DemoResult): unknown {
  const { before, after, heldOut, evolved, rolledBack, seconds, model, sandbox, dir } = result;
  return {
    before,
    after,
    heldOut,
    candidates: evolved.candidates.map(({ candidate: { id, proposal, verdict, reasons } }) => ({
      id,
      rung: proposal.rung,
      source: proposal.source,
      title: proposal.title,
      verdict,
      reasons,
    })),
    promoted: evolved.promoted,
    rolledBack,
    seconds,
    model,
    sandbox,
    dir,
    report: evolved.report,
  };
}
