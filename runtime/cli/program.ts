/** Every command with its options. What a command does is loaded when it is called. */
import { Command, InvalidArgumentError, Option } from "commander";
import { packageVersion } from "../kernel/package.ts";
import { unknownCommand } from "./usage.ts";

const EXAMPLES = `
Examples:
  agent demo                                    the whole loop in about a minute, no key needed
  agent init my-agent && cd my-agent            a home of your own
  agent run "Add up the amount column of sales.csv" --workspace ~/data
  agent run --suite chores                      run a suite; what fails is remembered
  agent evolve                                  turn failures into proven patches
  agent patches list                            what waits for your review
  agent promote evolve/2026-11-21-retry         make a patch part of the release
  agent rollback                                undo the last promotion

Exit codes: 0 done, 1 the task failed or the gate said no, 2 usage or configuration, 3 budget, 4 the guard refused,
5 infrastructure, 130 stopped.`;

export function createProgram(): Command {
  const program = new Command("agent")
    .description("Ratchet: an agent that does not make the same mistake twice.")
    .version(packageVersion())
    // An option belongs to the command it stands behind: `gate` and `gate simulate` share names.
    .enablePositionalOptions()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText("after", EXAMPLES);
  for (const add of [
    demo,
    init,
    doctor,
    run,
    runs,
    failures,
    evolve,
    patches,
    promote,
    rollback,
    releases,
    gate,
    skills,
    help,
  ]) {
    add(program);
  }
  // What is refused is told by main.ts, as every other error is.
  for (const command of [program, ...everyCommand(program)]) {
    command
      .helpCommand(false)
      .exitOverride()
      .configureOutput({ outputError: () => undefined });
  }
  return program;
}

function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...everyCommand(child)]);
}

/** Shown below the options in the help of a command. */
function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}\n`).join("")}`.trimEnd();
}

const json = (): Option => new Option("--json", "print one JSON value on stdout and nothing else");
const dangerOption = (): Option =>
  new Option(
    "--dangerously-without-sandbox",
    "confine nothing when no sandbox works here: everything the agent runs can do what you can do",
  );
const alphaOption = (): Option =>
  new Option("--alpha <a>", "bound on the probability of a false promotion").argParser(level).default(0.05);
const homeOption = (): Option =>
  new Option("--home <dir>", "home of the agent (default: the nearest one upwards)");

function demo(program: Command): void {
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
    .action(async (options) => (await import("./commands/demo.ts")).demo(options));
}

function init(program: Command): void {
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
    .action(async (dir, options) => (await import("./commands/init.ts")).init(dir, options));
}

function doctor(program: Command): void {
  program
    .command("doctor")
    .description("check node, git, sandbox, model, store and disk, and say how to mend what is missing")
    .addOption(homeOption())
    .addOption(json())
    .action(async (options) => (await import("./commands/doctor.ts")).doctor(options));
}

function run(program: Command): void {
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
    .action(async (instruction, options) => (await import("./commands/run.ts")).run(instruction, options));
}

function runs(program: Command): void {
  const command = program
    .command("runs")
    .description("look at past runs, judge them, undo what they changed");
  command
    .command("list", { isDefault: true })
    .description("the latest runs")
    .option("--limit <n>", "how many", positiveInteger, 20)
    .option("--trials", "the trials of replay instead of live runs")
    .addOption(homeOption())
    .addOption(json())
    .action(async (options) => (await import("./commands/runs.ts")).listRuns(options));
  command
    .command("show")
    .argument("<id>", "run, or the beginning of its id")
    .description("a run step by step")
    .addOption(homeOption())
    .addOption(json())
    .action(async (id, options) => (await import("./commands/runs.ts")).showRun(id, options));
  command
    .command("feedback")
    .argument("<id>", "run, or the beginning of its id")
    .argument("<verdict>", "good or bad", oneOf("good", "bad"))
    .argument("[why]", "what was good or bad about it", "")
    .description("say whether a run did what you wanted")
    .addOption(homeOption())
    .addOption(json())
    .addHelpText("after", examples('agent runs feedback mwq8 bad "it forgot the last line"'))
    .action(async (id, verdict, why, options) =>
      (await import("./commands/runs.ts")).feedback(id, verdict, why, options),
    );
  command
    .command("undo")
    .argument("<id>", "run, or the beginning of its id")
    .description("bring the workspace back to what it was before the run")
    .option("--force", "also when the folder was changed after the run")
    .option("--no-save", "do not keep the present state: for one that is too large or too deep to be kept")
    .option("--to <snapshot>", "to what an earlier undo of the run saved, instead")
    .addOption(homeOption())
    .addOption(json())
    .addHelpText(
      "after",
      examples("agent runs undo mwq8", "agent runs undo mwq8 --to 5f1c9a2e    undoes the undo"),
    )
    .action(async (id, options) => (await import("./commands/runs.ts")).undo(id, options));
  command
    .command("export")
    .argument("[ids...]", "runs; all live runs when none is named")
    .description("print trajectories as ATIF, one JSON object a line")
    .addOption(homeOption())
    .addOption(new Option("--json", "print one JSON array instead"))
    .addHelpText("after", examples("agent runs export > runs.jsonl"))
    .action(async (ids, options) => (await import("./commands/runs.ts")).exportRuns(ids, options));
}

function failures(program: Command): void {
  program
    .command("failures")
    .description("what failed on the current release, grouped by what broke")
    .addOption(homeOption())
    .addOption(json())
    .action(async (options) => (await import("./commands/failures.ts")).failures(options));
}

function evolve(program: Command): void {
  program
    .command("evolve")
    .description("turn failures into patches, replay them, and keep what is proven as branches")
    .option("--suite <name>", "suite to replay (default: evolution.suite of agent.yaml)")
    .addOption(dangerOption())
    .addOption(homeOption())
    .addOption(json())
    .addHelpText("after", examples("agent evolve", "agent evolve --suite chores"))
    .action(async (options) => (await import("./commands/evolve.ts")).evolve(options));
}

function patches(program: Command): void {
  const command = program.command("patches").description("review what evolution proposed");
  command
    .command("list", { isDefault: true })
    .description("candidates of past cycles, the newest first")
    .option("--all", "rejected ones too")
    .addOption(homeOption())
    .addOption(json())
    .action(async (options) => (await import("./commands/patches.ts")).listPatches(options));
  for (const [name, description] of [
    ["show", "cause, reasons and figures of a candidate"],
    ["diff", "what a candidate changes"],
  ] as const) {
    command
      .command(name)
      .argument("<patch>", "candidate or branch")
      .description(description)
      .addOption(homeOption())
      .addOption(json())
      .action(async (id, options) => {
        const module = await import("./commands/patches.ts");
        await (name === "show" ? module.showPatch(id, options) : module.diffPatch(id, options));
      });
  }
  for (const verdict of ["approve", "reject"] as const) {
    command
      .command(verdict)
      .argument("<patch>", "candidate or branch")
      .argument("[why]", "your reason; proposers are shown it", "")
      .description(`${verdict} a candidate`)
      .addOption(homeOption())
      .addOption(json())
      .action(async (id, why, options) =>
        (await import("./commands/patches.ts")).review(verdict, id, why, options),
      );
  }
}

function promote(program: Command): void {
  program
    .command("promote")
    .argument("<patch>", "candidate, branch or commit")
    .description("make a proven patch the release that `agent run` executes")
    .option("--force", "also without an accepting verdict; the watch stays on")
    .addOption(homeOption())
    .addOption(json())
    .addHelpText("after", examples("agent promote evolve/2026-11-21-retry"))
    .action(async (id, options) => (await import("./commands/promote.ts")).promote(id, options));
}

function rollback(program: Command): void {
  program
    .command("rollback")
    .argument("[patch]", "promoted patch to take back (default: the last one)")
    .description("undo a promotion with a new commit; history is never rewritten")
    .option("--to <release>", "return to this release")
    .addOption(homeOption())
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "agent rollback",
        "agent rollback evolve/2026-11-21-retry",
        "agent rollback --to 9dc3a6e67de5",
      ),
    )
    .action(async (patch, options) => (await import("./commands/rollback.ts")).rollback(patch, options));
}

function releases(program: Command): void {
  program
    .command("releases")
    .description("what `agent run` executed, from when on, and why")
    .addOption(homeOption())
    .addOption(json())
    .action(async (options) => (await import("./commands/releases.ts")).releases(options));
}

function gate(program: Command): void {
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
      ),
    )
    .action(async (file, options) => (await import("./commands/gate.ts")).gate(file, options));
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
    .option("--runs <n>", "candidates to draw", positiveInteger, 2000)
    .addOption(alphaOption())
    .option("--seed <text>", "the same seed gives the same figures", "1")
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "agent gate simulate --tasks 40 --flakiness 1                   power: each task from .5 to .7",
        "agent gate simulate --tasks 40 --flakiness 0.5 --null none     false promotions",
      ),
    )
    .action(async (options) => (await import("./commands/gate.ts")).simulateGate(options));
}

function skills(program: Command): void {
  const command = program.command("skills").description("look at and check skills");
  command
    .command("list", { isDefault: true })
    .description("the skills of the current release")
    .addOption(homeOption())
    .addOption(json())
    .action(async (options) => (await import("./commands/skills.ts")).listSkills(options));
  command
    .command("lint")
    .argument("<paths...>", "SKILL.md files, or folders that hold skills")
    .description("check skills strictly against the Agent Skills specification")
    .addOption(json())
    .addHelpText("after", examples("agent skills lint skills"))
    .action(async (paths, options) => (await import("./commands/skills.ts")).lintSkills(paths, options));
}

function help(program: Command): void {
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

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value))
    throw new InvalidArgumentError("It must be a positive number.");
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("It must be from 0 to 1.");
  return value;
}

function level(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError("It must be between 0 and 1.");
  return value;
}

function positiveInteger(text: string): number {
  if (!Number.isSafeInteger(Number(text))) throw new InvalidArgumentError("It must be a whole number.");
  return positive(text);
}

function oneOf<T extends string>(...choices: readonly T[]): (text: string) => T {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw new InvalidArgumentError(`It must be one of ${choices.join(", ")}.`);
    return found;
  };
}
