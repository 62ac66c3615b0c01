import type { Command } from "commander";
import { positiveInteger } from "./arguments.ts";
import { json, homeOption, examples } from "./options.ts";

export function skills(program: Command): void {
  const command = program.command("skills").description("look at and check skills");
  command
    .command("list", { isDefault: true })
    .description("the skills of the current release")
    .addOption(homeOption())
    .addOption(json())
    .action(async (options) => (await import("../commands/skills.ts")).listSkills(options));
  command
    .command("lint")
    .argument("<paths...>", "SKILL.md files, or folders that hold skills")
    .description("check skills strictly against the Agent Skills specification")
    .addOption(json())
    .addHelpText("after", examples("agent skills lint skills"))
    .action(async (paths, options) => (await import("../commands/skills.ts")).lintSkills(paths, options));
  command
    .command("find")
    .argument("<words...>", "what a task says, or an error")
    .description("the skills and lessons of the current release that these words find, best first")
    .option("--limit <n>", "at most this many of each", positiveInteger, 5)
    .addOption(homeOption())
    .addOption(json())
    .addHelpText("after", examples('agent skills find "add up a column"'))
    .action(async (words, options) =>
      (await import("../commands/skills.ts")).findSkills(words.join(" "), options),
    );
}
