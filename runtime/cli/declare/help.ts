import type { Command } from "commander";
import { unknownCommand } from "../usage.ts";

export function help(program: Command): void {
  program
    .command("help")
    .argument("[command...]", "command to explain")
    .description("explain a command")
    .action((words: string[]) => {
      let command = program;
      for (const word of words) {
        const next = command.commands.find((child) => child.name() === word);
        if (next === undefined) throw unknownCommand(word, command);
        command = next;
      }
      command.outputHelp();
    });
}
