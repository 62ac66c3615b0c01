import { type Command, Option } from "commander";
import { share, positiveInteger } from "./arguments.ts";
import { json, alphaOption, examples } from "./options.ts";

export function gate(program: Command): void {
  const command = program
    .command("gate")
    .argument("<outcomes>", "JSONL file, one outcome a line")
    .description("judge a table of outcomes: did the candidate help, and harm nothing?")
    .addOption(alphaOption())
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "agent gate outcomes.jsonl      where a line is",
        '  {"case":"a","arm":"baseline","trial":0,"pass":false,"role":"failing"}',
      ) +
        `\n\nRoles: failing, holdout, passing, bank, safety; a case without one may move either way.\n` +
        "With roles that the baseline confirms, one trial of each case decides; two of each that repeat do, too.\n" +
        "Without roles it takes three trials of each that repeat, or enough evidence (the e-value reaches 1/alpha).\n" +
        "A bank or safety case that passes no longer always leaves it inconclusive; one that is lost rejects.",
    )
    .action(async (file, options) => (await import("../commands/gate.ts")).gate(file, options));
  command
    .command("simulate")
    .description(
      "draw synthetic agents, and count false promotions, power and trials of the gate by evidence",
    )
    .option("--tasks <n>", "tasks in the table", positiveInteger, 40)
    .option(
      "--flakiness <p>",
      "share of tasks that pass every other time; the others never differ",
      share,
      0.5,
    )
    .option("--effect <d>", "how much the pass rate of each task rises, where it can", share, 0.2)
    .addOption(
      new Option(
        "--null <kind>",
        "candidates that do not help: no task changes, or as many lose the effect as gain it",
      ).choices(["none", "balanced"]),
    )
    .option(
      "--runs <n>",
      "candidates to draw, or lives with --life (default: 2000, or 100 lives)",
      positiveInteger,
    )
    .option(
      "--life <n>",
      "candidates of one agent, one after the other, each at the level that its past leaves",
      positiveInteger,
    )
    .addOption(
      new Option("--helpful <p>", "share of the candidates of a life that help")
        .argParser(share)
        .default(0.3),
    )
    .addOption(alphaOption())
    .option("--seed <text>", "the same seed gives the same figures", "1")
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "agent gate simulate --tasks 40 --flakiness 1                   power: each task from .5 to .7",
        "agent gate simulate --tasks 40 --flakiness 0.5 --null none     false promotions",
        "agent gate simulate --life 500 --helpful 0.2                   false share of all promotions of a life",
      ),
    )
    .action(async (options) => (await import("../commands/gate.ts")).simulateGate(options));
}
