import type { Command } from "commander";
import { json, homeOption, examples } from "./options.ts";

export function rollback(program: Command): void {
  program
    .command("rollback")
    .argument("[patch]", "promoted patch to take back (default: the last one)")
    .description("undo a promotion with a new commit; history is never rewritten")
    .option("--to <release>", "return to this release")
    .addOption(homeOption())
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "agent rollback",
        "agent rollback evolve/2026-11-21-retry",
        "agent rollback --to 9dc3a6e67de5",
      ),
    )
    .action(async (patch, options) => (await import("../commands/rollback.ts")).rollback(patch, options));
}
