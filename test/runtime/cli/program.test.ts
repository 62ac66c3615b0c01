/** The command line as a whole: what its help says, and how it answers what it does not understand. */
import { readFileSync } from "node:fs";
import { CommanderError, type Command } from "commander";
import { describe, expect, it } from "vitest";
import { generated } from "../../../docs/generated.ts";
import { RatchetError } from "../../../runtime/kernel/error.ts";
import { createProgram } from "../../../runtime/cli/program.ts";
import { usageError } from "../../../runtime/cli/usage.ts";

describe("help", () => {
  const commands = everyCommand(createProgram());

  it.each(commands.map((command) => [pathOf(command), command] as const))(
    "%s explains itself",
    (_, command) => {
      expect(command.description()).toMatch(/^[a-z]|^Ratchet/);
      for (const { description } of command.registeredArguments) expect(description).not.toBe("");
      for (const { description } of command.options) expect(description).not.toBe("");
    },
  );

  it("offers --json wherever something is printed", () => {
    const without = commands.filter(
      (command) => command.commands.length === 0 && !command.options.some(({ long }) => long === "--json"),
    );
    expect(without.map(pathOf)).toEqual(["agent help"]);
  });

  it("is what the launcher prints", () => {
    const [file, text] = generated().find(([path]) => path.pathname.endsWith("help.txt")) ?? [];
    expect(file && readFileSync(file, "utf8")).toBe(text);
  });

  it.each([
    [["help", "run"], "Usage: agent run [options] [instruction]"],
    [["help", "runs", "undo"], "Usage: agent runs undo [options] <id>"],
    [["help"], "Usage: agent [options] [command]"],
    [["run", "--help"], "Examples:"],
    [["help", "gate"], '{"case":'],
  ])("%j shows it", async (args, text) => {
    expect((await answer(args)).printed).toContain(text);
  });
});

describe("what is not understood", () => {
  it.each([
    [["rnu"], "unknown command 'rnu'", "Did you mean run?"],
    [
      ["patches", "shwo"],
      'there is no command "agent patches shwo"; did you mean "agent patches show"?',
      "agent patches --help",
    ],
    [["runs", "nonsense"], 'there is no command "agent runs nonsense"', "agent runs --help"],
    [["help", "evovle"], 'there is no command "agent evovle"; did you mean "agent evolve"?', "agent --help"],
    [["help", "runs", "nope"], 'there is no command "agent runs nope"', "agent runs --help"],
    [["run", "--wrkspace", "x"], "unknown option '--wrkspace'", "Did you mean --workspace?"],
    [["--home", "x", "runs"], "unknown option '--home'", "Options come after their command."],
    [["run", "Add", "it", "up"], "too many arguments for 'run'", "Put the instruction in quotes."],
    [["run", "x", "--max-usd", "0"], "It must be a positive number.", "agent run --help"],
    [["run", "x", "--max-usd", "lots"], "It must be a positive number.", "agent run --help"],
    [["run", "x", "--max-steps", "1.5"], "It must be a whole number.", "agent run --help"],
    [["run", "x", "--max-steps", "-1"], "It must be a positive number.", "agent run --help"],
    [["runs", "--limit", "0"], "It must be a positive number.", "agent runs"],
    [["runs", "show"], "missing required argument 'id'", "agent runs show --help"],
    [["runs", "feedback", "x", "great"], "It must be one of good, bad.", "agent runs feedback --help"],
    [["init", "--template", "best"], "Allowed choices are default, naive.", "agent init --help"],
    [["run"], "there is nothing to do", "agent run"],
    [["run", ""], "the instruction is empty", "agent run"],
    [["run", " \n"], "the instruction is empty", "agent run"],
    [["run", "x", "--suite", "y"], "exclude each other", "agent run"],
    [["run", "--suite", "y", "--workspace", "."], "--workspace goes with an instruction", "agent run"],
    [["rollback", "x", "--to", "y"], "not both", undefined],
  ])("%j", async (args, message, hint) => {
    const { error, printed } = await answer(args);
    expect(error).toBeInstanceOf(RatchetError);
    expect(error).toMatchObject({ kind: "usage", message: expect.stringContaining(message) });
    if (hint !== undefined) expect(error?.hint).toContain(hint);
    expect(printed).toBe("");
  });
});

/** What the program prints for a command line that needs no home, or the error that main.ts tells. */
async function answer(args: readonly string[]): Promise<{ printed: string; error?: RatchetError }> {
  const program = createProgram();
  let printed = "";
  const write = (text: string): void => {
    printed += text;
  };
  for (const command of everyCommand(program)) {
    command.configureOutput({ ...command.configureOutput(), writeOut: write, writeErr: write });
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return { printed };
  } catch (error) {
    if (error instanceof RatchetError) return { printed, error };
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? { printed } : { printed, error: usageError(error, program, args) };
  }
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
