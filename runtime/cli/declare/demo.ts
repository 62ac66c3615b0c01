import type { Command } from "commander";
import { json, dangerOption, examples } from "./options.ts";

export function demo(program: Command): void {
  program
    .command("demo")
    .description("show the whole loop on a throwaway home: run, fail, evolve, judge, promote, roll back")
    .option("--dir <dir>", "keep the home here (must not exist or be empty)")
    .addOption(dangerOption())
    .addOption(json())
    .addHelpText(
      "after",
      examples("agent demo", "agent demo --dir loop && agent patches list --all --home loop"),
    )
    .action(async (options) => (await import("../commands/demo.ts")).demo(options));
}
