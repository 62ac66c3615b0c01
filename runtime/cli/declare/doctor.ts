import type { Command } from "commander";
import { json, homeOption } from "./options.ts";

export function doctor(program: Command): void {
  program
    .command("doctor")
    .description("check node, git, sandbox, model, store and disk, and say how to mend what is missing")
    .addOption(homeOption())
    .addOption(json())
    .action(async (options) => (await import("../commands/doctor.ts")).doctor(options));
}
