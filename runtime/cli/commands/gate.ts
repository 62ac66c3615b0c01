import type { Reason, Verdict } from "../../../replay/gate/outcome.ts";
import { judgeTable } from "../../../replay/gate/judge.ts";
import { readOutcomes } from "../../../replay/gate/table.ts";
import { bold, count, dim, green, oneLine, print, printJson, red, yellow } from "../output.ts";

export async function gate(file: string, options: { json?: boolean }): Promise<void> {
  const verdict = judgeTable(await readOutcomes(file));
  process.exitCode = verdict.verdict === "accept" ? 0 : 1;
  if (options.json === true) printJson(verdict);
  else printVerdict(verdict);
}

export function printVerdict(verdict: Verdict): void {
  const colour = { accept: green, reject: red, inconclusive: yellow }[verdict.verdict];
  print(bold(colour(verdict.verdict)));
  for (const reason of verdict.reasons)
    print(
      `  ${mark(reason)} ${reason.name}: ${oneLine(reason.claim)} ${dim(`(${oneLine(reason.figures, 200)})`)}`,
    );
  if (verdict.fixes.length > 0) print(`  fixes: ${oneLine(verdict.fixes.join(", "), 500)}`);
  if (verdict.regressions.length > 0) print(`  regressions: ${oneLine(verdict.regressions.join(", "), 500)}`);
  print(dim(`  ${count(verdict.trials, "trial")}`));
}

export function mark({ holds }: Reason): string {
  return { holds: green("✓"), fails: red("✗"), unknown: yellow("?") }[holds];
}
