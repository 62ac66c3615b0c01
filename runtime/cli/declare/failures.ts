import type { Command } from "commander";
import { json, homeOption } from "./options.ts";

export function failures(program: Command): void {
  program
    .command("failures")
    .description("what failed on the current release, grouped by what broke")
    .addOption(homeOption())
    .addOption(json())
    .action(async (options) => (await import("../commands/failures.ts")).failures(options));
}
