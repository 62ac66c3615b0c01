import type { Command } from "commander";
import { json, dangerOption, homeOption, examples } from "./options.ts";

export function evolve(program: Command): void {
  program
    .command("evolve")
    .description("turn failures into patches, replay them, and keep what is proven as branches")
    .option("--suite <name>", "suite to replay (default: evolution.suite of agent.yaml)")
    .addOption(dangerOption())
    .addOption(homeOption())
    .addOption(json())
    .addHelpText("after", examples("agent evolve", "agent evolve --suite chores"))
    .action(async (options) => (await import("../commands/evolve.ts")).evolve(options));
}
