import type { Command } from "commander";
import { dangerOption, json, homeOption } from "./options.ts";

export function patches(program: Command): void {
  const command = program.command("patches").description("review what evolution proposed");
  command
    .command("list", { isDefault: true })
    .description("candidates of past cycles, the newest first")
    .option("--all", "rejected ones too")
    .addOption(homeOption())
    .addOption(json())
    .action(async (options) => (await import("../commands/patches.ts")).listPatches(options));
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
        const module = await import("../commands/patches.ts");
        await (name === "show" ? module.showPatch(id, options) : module.diffPatch(id, options));
      });
  }
  for (const verdict of ["approve", "reject"] as const) {
    const review = command
      .command(verdict)
      .argument("<patch>", "candidate or branch")
      .argument("[why]", "your reason; proposers are shown it", "")
      .description(
        verdict === "approve"
          ? "make a candidate the release, as promote does, and keep your reason; also after a reject"
          : "turn a candidate down; its branch goes, its commit is kept",
      );
    if (verdict === "approve") review.addOption(dangerOption());
    review
      .addOption(homeOption())
      .addOption(json())
      .action(async (id, why, options) =>
        (await import("../commands/patches.ts")).review(verdict, id, why, options),
      );
  }
}
