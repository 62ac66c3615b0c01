import { type Command, Option } from "commander";
import { positiveInteger, oneOf } from "./arguments.ts";
import { json, homeOption, examples } from "./options.ts";

export function runs(program: Command): void {
  const command = program
    .command("runs")
    .description("look at past runs, judge them, undo what they changed");
  command
    .command("list", { isDefault: true })
    .description("the latest runs")
    .option("--limit <n>", "how many", positiveInteger, 20)
    .addOption(new Option("--trials", "the trials of replay instead of live runs").conflicts("imported"))
    .option("--imported", "runs of other agents that were imported, instead of live runs")
    .addOption(homeOption())
    .addOption(json())
    .action(async (options) => (await import("../commands/runs.ts")).listRuns(options));
  command
    .command("show")
    .argument("<id>", "run, or the beginning of its id; of an imported run also its id in the source")
    .description("a run step by step")
    .addOption(homeOption())
    .addOption(json())
    .action(async (id, options) => (await import("../commands/runs.ts")).showRun(id, options));
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
      (await import("../commands/runs.ts")).feedback(id, verdict, why, options),
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
    .action(async (id, options) => (await import("../commands/runs.ts")).undo(id, options));
  command
    .command("export")
    .argument("[ids...]", "runs; all live runs when none is named")
    .description("print trajectories as ATIF, one JSON object a line")
    .addOption(homeOption())
    .addOption(new Option("--json", "print one JSON array instead"))
    .addHelpText("after", examples("agent runs export > runs.jsonl"))
    .action(async (ids, options) => (await import("../commands/runs.ts")).exportRuns(ids, options));
}
