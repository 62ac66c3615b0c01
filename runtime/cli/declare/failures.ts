import { type Command, Option } from "commander";
import { positiveInteger } from "./arguments.ts";
import { json, homeOption, examples } from "./options.ts";

const sourceOption = (): Option =>
  new Option(
    "--source <which>",
    "`own` runs, `imported` ones, or those of one format (default: all of them)",
  ).choices(["own", "imported", "atif", "openai-chat", "claude-code", "mini-swe-agent"]);

const allReleases = (): Option =>
  new Option("--all-releases", "own runs of every release, not of the current one alone");

export function failures(program: Command): void {
  const command = program
    .command("failures")
    .description("what failed, grouped by what broke: on the current release, and in imported runs");
  command
    .command("list", { isDefault: true })
    .description("the groups, the biggest first")
    .addOption(sourceOption())
    .addOption(allReleases())
    .option("--limit <n>", "how many groups; --json prints all", positiveInteger, 20)
    .addOption(homeOption())
    .addOption(json())
    .addHelpText("after", examples("agent failures", "agent failures --source openai-chat --json"))
    .action(async (options) => (await import("../commands/failures.ts")).failures(options));
  command
    .command("show")
    .argument("<id>", "group, or the beginning of its id")
    .description("the run that stands for the group, with the step that broke it marked")
    .addOption(sourceOption())
    .addOption(allReleases())
    .addOption(homeOption())
    .addOption(json())
    .action(async (id, options) => (await import("../commands/failures.ts")).showFailure(id, options));
}
