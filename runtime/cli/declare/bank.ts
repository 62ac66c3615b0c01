import type { Command } from "commander";
import { examples, json, homeOption } from "./options.ts";

export function bank(program: Command): void {
  const command = program.command("bank").description("cases that no later patch may break");
  command
    .command("list", { isDefault: true })
    .description("every case, with the patch that brought it")
    .addOption(homeOption())
    .addOption(json())
    .action(async (options) => (await import("../commands/bank.ts")).listCases(options));
  command
    .command("show")
    .argument("<case>", "suite/task")
    .description("what a case asks for and where it lies")
    .addOption(homeOption())
    .addOption(json())
    .action(async (name, options) => (await import("../commands/bank.ts")).showCase(name, options));
  command
    .command("retire")
    .argument("<case>", "suite/task")
    .argument("<why>", "your reason; it is kept")
    .description("take a case out: the gate asks for it no more")
    .addOption(homeOption())
    .addOption(json())
    .addHelpText("after", examples('agent bank retire chores/csv-sum-1 "the truth was wrong"'))
    .action(async (name, why, options) => (await import("../commands/bank.ts")).retire(name, why, options));
  command
    .command("restore")
    .argument("<case>", "suite/task")
    .description("put a retired case back")
    .addOption(homeOption())
    .addOption(json())
    .action(async (name, options) => (await import("../commands/bank.ts")).restore(name, options));
}
