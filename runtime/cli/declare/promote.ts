import type { Command } from "commander";
import { dangerOption, json, homeOption, examples } from "./options.ts";

export function promote(program: Command): void {
  program
    .command("promote")
    .argument("<patch>", "candidate, branch or commit")
    .description("make a proven patch the release that `agent run` executes")
    .option("--force", "also without an accepting verdict, or when it does not run; the watch stays on")
    .addOption(dangerOption())
    .addOption(homeOption())
    .addOption(json())
    .addHelpText("after", examples("agent promote evolve/2026-11-21-retry"))
    .action(async (id, options) => (await import("../commands/promote.ts")).promote(id, options));
}
