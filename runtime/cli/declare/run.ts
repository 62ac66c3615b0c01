import type { Command } from "commander";
import { positive, positiveInteger } from "./arguments.ts";
import { json, dangerOption, homeOption, examples } from "./options.ts";

export function run(program: Command): void {
  program
    .command("run")
    .argument("[instruction]", "what the agent shall do")
    .description("run a task through the current release")
    .option("--workspace <dir>", "folder that the agent works in (default: the current one)")
    .option("--task <dir>", "run a task from its folder instead of an instruction")
    .option("--suite <name>", "run every task of a suite, each in a scratch copy of its workspace")
    .option("--release <commit>", "run this commit instead of the current release")
    .option("--max-usd <n>", "money the run may cost", positive)
    .option("--max-steps <n>", "model calls the run may make", positiveInteger)
    .addOption(dangerOption())
    .addOption(homeOption())
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        'agent run "Add up the amount column of sales.csv" --workspace ~/data',
        "agent run --task tasks/example/total-of-a-column",
        "agent run --suite example --json",
      ),
    )
    .action(async (instruction, options) => (await import("../commands/run.ts")).run(instruction, options));
}
