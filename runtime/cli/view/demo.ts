/** The demo as it goes on, and what it came to. */
import { relative } from "node:path";
import type { DemoEvent, DemoPhase, DemoResult } from "../../../evolver/demo.ts";
import { bold, count, dim, green, print, printStatus, seconds, yellow } from "../output.ts";
import { weakness } from "../open.ts";
import { cycleView } from "./cycle.ts";

const TITLES: Record<DemoPhase, string> = {
  before: "Before: a harness as one writes it on a first day runs 24 chores on real files",
  "held-out before": "The same on 12 chores that evolution will never see",
  "held-out second try": "A control: the naive harness gets a second try at them",
  after: "After: the evolved release runs the 24 chores",
  "held-out after": "And the 12 that evolution never saw",
  "after the bad patch": "The agent works on, now with the bad patch",
};

export function demoView(): (event: DemoEvent) => void {
  const cycle = cycleView("   ");
  return (event) => {
    switch (event.kind) {
      case "home":
        print(`${bold("Ratchet demo")}  ${dim(event.dir)}`);
        print(dim(`model: ${event.model.replace(": ", ":\n   ")}`));
        print(dim(`sandbox: ${event.sandbox.tier}`));
        if (!event.sandbox.full) print(yellow(weakness(event.sandbox.tier)));
        return;
      case "suite":
        printSuite(event);
        return;
      case "cycle":
        if (event.event.kind === "baseline" && event.event.done === 1)
          heading("Evolve: failures become patches, the gate replays and judges each");
        cycle(event.event);
        return;
      case "evolved":
        heading(`Promoted: ${count(event.evolved.promoted.length, "patch", "patches")}`);
        for (const branch of event.evolved.promoted) print(`   ${green(branch)}`);
        return;
      case "bad-patch":
        heading("A bad patch is promoted by force, past the gate");
        print(`   ${yellow(event.title)} ${dim(event.commit.slice(0, 12))}`);
        return;
      case "rolled-back":
        for (const [index, sentence] of event.notice.split(/(?<=[.:]) (?=[A-Z\d])/).entries()) {
          print(`   ${index === 0 ? `${green("noticed")}  ` : "         "}${sentence}`);
        }
        return;
      default:
        event satisfies never;
    }
  };
}

export function printSummary({
  before,
  after,
  heldOut,
  evolved,
  rolledBack,
  seconds: took,
  dir,
  sandbox,
}: DemoResult): void {
  heading("What came of it");
  print(`   chores            ${before.passed} → ${bold(String(after.passed))} of ${after.total}`);
  print(
    `   held-out chores   ${heldOut.before} → ${bold(String(heldOut.after))} of ${heldOut.total}   ${dim(`(naive, best of two: ${heldOut.bestOf2})`)}`,
  );
  const rejected = evolved.candidates.filter(({ candidate }) => candidate.verdict !== "accept").length;
  print(`   candidates        ${evolved.promoted.length} promoted, ${rejected} turned down`);
  print(`   bad patch         ${rolledBack ? green("noticed and rolled back") : yellow("not rolled back")}`);
  print(dim(`   ${seconds(took)}, ${count(evolved.trials, "trial")} in the cycle, sandbox ${sandbox}`));
  print();
  print("The model was the procedure model: a small deterministic program that");
  print("follows the skills it finds. It is no language model. For a real one set");
  print(bold("   model: { provider: anthropic, id: claude-sonnet-5-5 }"));
  print("in the agent.yaml of a home of yours, and ANTHROPIC_API_KEY.");
  print();
  const shown = relative(process.cwd(), dir);
  const where = shown.startsWith("..") ? dir : shown || ".";
  print("Look at the evidence:");
  print(`   report    ${evolved.report}`);
  print(`   branches  git -C ${where} log --oneline --graph refs/ratchet/release`);
  print(`   patches   npx agent patches list --all --home ${where}`);
  print(`   releases  npx agent releases --home ${where}`);
}

function printSuite({ phase, done, total, passed }: Extract<DemoEvent, { kind: "suite" }>): void {
  if (done === 1) heading(TITLES[phase]);
  if (done < total) printStatus(`   ${done} of ${total} run, ${passed} passed`);
  else print(`   ${bold(String(passed))} of ${total} passed`);
}

function heading(text: string): void {
  print();
  print(bold(text));
}
