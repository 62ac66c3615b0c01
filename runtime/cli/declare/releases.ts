import type { Command } from "commander";
import { json, homeOption } from "./options.ts";

export function releases(program: Command): void {
  program
    .command("releases")
    .description("what `agent run` executed, from when on, and why")
    .addOption(homeOption())
    .addOption(json())
    .action(async (options) => (await import("../commands/releases.ts")).releases(options));
}
