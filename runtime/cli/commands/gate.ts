import type { Reason, Verdict } from "../../../replay/gate/outcome.ts";
import { judgeTable } from "../../../replay/gate/judge.ts";
import { readOutcomes } from "../../../replay/gate/table.ts";
import { bold, dim, green, print, printJson, red, yellow } from "../output.ts";

export async function gate(file: string, options: { json?: boolean }): Promise<void> {
  const verdict = judgeTable(await readOutcomes(file));
  process.exitCode = verdict.verdict === "accept" ? 0 : 1;
  if (options.json === true) printJson(verdict);
  else printVerdict(verdict);
}

export function printVerdict(verdict: Verdict): void {
  const colour = { accept: green, reject: red, inconclusive: yellow }[verdict.verdict];
  print(bold(colour(verdict.verdict)));
  for (const reason of verdict.reasons) print(`  ${mark(reason)} ${reason.name}: ${reason.claim} ${dim(`(${reason.figures})`)}`);
  if (verdict.fixes.length > 0) print(`  fixes: ${verdict.fixes.join(", ")}`);
  if (verdict.regressions.length > 0) print(`  regressions: ${verdict.regressions.join(", ")}`);
  print(dim(`  ${verdict.trials} trials`));
}

export function mark({ holds }: Reason): string {
  return { holds: green("✓"), fails: red("✗"), unknown: yellow("?") }[holds];
}
