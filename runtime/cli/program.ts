/** Every command, in the order of the help. What a command does is loaded when it is called. */
import { Command } from "commander";
import { packageVersion } from "../kernel/package.ts";
import { bank } from "./declare/bank.ts";
import { demo } from "./declare/demo.ts";
import { doctor } from "./declare/doctor.ts";
import { evolve } from "./declare/evolve.ts";
import { failures } from "./declare/failures.ts";
import { gate } from "./declare/gate.ts";
import { help } from "./declare/help.ts";
import { importRuns } from "./declare/import.ts";
import { init } from "./declare/init.ts";
import { patches } from "./declare/patches.ts";
import { promote } from "./declare/promote.ts";
import { releases } from "./declare/releases.ts";
import { replay } from "./declare/replay.ts";
import { rollback } from "./declare/rollback.ts";
import { run } from "./declare/run.ts";
import { runs } from "./declare/runs.ts";
import { skills } from "./declare/skills.ts";

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
    importRuns,
    evolve,
    replay,
    patches,
    promote,
    rollback,
    releases,
    bank,
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
