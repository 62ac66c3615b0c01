/** What commander refuses, told as every other error is: what is wrong, and what was probably meant. */
import type { Command, CommanderError } from "commander";
import { closest } from "../kernel/closest.ts";
import { RatchetError } from "../kernel/error.ts";

/** @param args the command line that was refused */
export function usageError(error: CommanderError, program: Command, args: readonly string[]): RatchetError {
  const { command, rest } = commandOf(program, args);
  const name = nameOf(command);
  const [first] = rest;
  if (error.code === "commander.excessArguments" && command.commands.length > 0 && first !== undefined) {
    return unknownCommand(first, command);
  }
  const [message = "", suggestion] = error.message.replace(/^error: /, "").split("\n");
  const hints = [
    suggestion?.replace(/^\((.*)\)$/, "$1"),
    HINTS[error.code]?.(name),
    `\`${name} --help\` shows how it is used.`,
  ];
  return new RatchetError("usage", message, hints.filter((hint) => hint !== undefined).join("\n"));
}

/** @param group the command that has no such subcommand */
export function unknownCommand(word: string, group: Command): RatchetError {
  const name = nameOf(group);
  const meant = closest(
    word,
    group.commands.map((command) => command.name()),
  );
  return new RatchetError(
    "usage",
    `there is no command "${name} ${word}"${meant === undefined ? "" : `; did you mean "${name} ${meant}"?`}`,
    `\`${name} --help\` lists what there is.`,
  );
}

const HINTS: Readonly<Record<string, ((name: string) => string | undefined) | undefined>> = {
  "commander.excessArguments": (name) =>
    name === "agent run" ? "Put the instruction in quotes." : undefined,
  "commander.unknownOption": (name) => (name === "agent" ? "Options come after their command." : undefined),
};

/** The command that the words name, and the words after it. Options before it belong to no command. */
function commandOf(program: Command, args: readonly string[]): { command: Command; rest: readonly string[] } {
  let command = program;
  for (const [index, word] of args.entries()) {
    const next = command.commands.find((child) => child.name() === word);
    if (next === undefined) return { command, rest: args.slice(index) };
    command = next;
  }
  return { command, rest: [] };
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}
