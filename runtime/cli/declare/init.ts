import { type Command, Option } from "commander";
import { json, examples } from "./options.ts";

export function init(program: Command): void {
  program
    .command("init")
    .argument("[dir]", "folder of the new home", ".")
    .description("make a home: configuration, guard rules, and the genome that ships with Ratchet")
    .addOption(
      new Option("--template <name>", "genome to begin with")
        .choices(["default", "naive"])
        .default("default"),
    )
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "agent init my-agent",
        "agent init my-agent --template naive    a plain harness, to watch it evolve",
      ),
    )
    .action(async (dir, options) => (await import("../commands/init.ts")).init(dir, options));
}
