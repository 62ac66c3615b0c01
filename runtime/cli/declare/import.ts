import type { Command } from "commander";
import { json, homeOption, examples } from "./options.ts";

export function importRuns(program: Command): void {
  program
    .command("import")
    .argument("<format>", "atif, openai-chat, claude-code or mini-swe-agent")
    .argument("<path>", "file or folder, or - for standard input")
    .description("take in what other agents did, so that their failures can be analysed")
    .addOption(homeOption())
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "agent import openai-chat runs.jsonl               then: agent failures",
        "agent import claude-code ~/.claude/projects",
        "agent import mini-swe-agent output/               every .traj.json below it",
      ) +
        `\n
Formats:
  atif            Agent Trajectory Interchange Format: one trajectory, or one a line; also what \`agent runs export\` writes.
                  \`extra.agent\` of a step names its author where several agents work together
  openai-chat     rows with \`messages\` (or \`traj\`), and where there are any \`success\` or \`reward\`, \`id\` or \`task_id\` and \`trial\`
  claude-code     sessions as they lie in ~/.claude/projects
  mini-swe-agent  .traj.json

A reward counts as a pass from 1 on. The same run is kept once, however often it is imported.
Exit code 1: some rows could not be read, the others were taken in. 2: nothing could be read.`,
    )
    .action(async (format, path, options) =>
      (await import("../commands/import.ts")).importRuns(format, path, options),
    );
}
