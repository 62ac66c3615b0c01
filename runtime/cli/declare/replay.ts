import type { Command } from "commander";
import { count } from "./arguments.ts";
import { json, dangerOption, homeOption, examples } from "./options.ts";

export function replay(program: Command): void {
  program
    .command("replay")
    .argument("<run>", "run or trial, or the beginning of its id")
    .description("repeat a recorded run in a scratch workspace, on its release or on a patch")
    .option("--release <rev>", "commit, branch or patch to run instead of the run's own release")
    .option("--fork <n>", "take so many model calls from the recording, and go on live", count)
    .option("--stop-on-miss", "end undecided where the run leaves the recording, instead of going on live")
    .option("--live", "use nothing of the recording")
    .addOption(dangerOption())
    .addOption(homeOption())
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "agent replay mwq8",
        "agent replay mwq8 --release evolve/2026-11-21-retry",
        "agent replay mwq8 --fork 3     the rest is asked of the model again",
      ),
    )
    .action(async (run, options) => (await import("../commands/replay.ts")).replay(run, options));
}
