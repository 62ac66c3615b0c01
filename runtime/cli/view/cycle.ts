/** A cycle as it goes on: plain lines, and a counter that stays on its line in a terminal. */
import type { CycleEvent } from "../../../evolver/cycle/cycle.ts";
import { bold, count, dim, fit, green, money, oneLine, print, printStatus, red, yellow } from "../output.ts";

/** Prints each event; give it to `evolve` as `watch`. */
export function cycleView(indent = ""): (event: CycleEvent) => void {
  return (event) => {
    switch (event.kind) {
      case "baseline":
        counter(
          `${indent}baseline: ${event.done} of ${count(event.total, "task")} run`,
          event.done === event.total,
        );
        return;
      case "clusters":
        for (const { title, count: failures } of event.clusters) {
          print(
            fit(
              `${indent}${bold(String(failures).padStart(2))}  ${oneLine(title.replace(/^\d+ runs?: /, ""), 90)}`,
            ),
          );
        }
        return;
      case "proposed":
        print(
          fit(
            dim(
              `${indent}${count(event.proposals, "proposal")} for: ${oneLine(event.title.replace(/^\d+ runs?: /, ""), 80)}`,
            ),
          ),
        );
        return;
      case "searching":
        printStatus(
          fit(
            `${indent}${oneLine(event.title, 40)}: ${event.done} of ${count(event.total, "candidate")} tried`,
          ),
        );
        return;
      case "searched":
        print(
          fit(
            dim(
              `${indent}${event.helped} helped in quick trials, of ${event.tried} tried and ${event.proposals} proposed`,
            ),
          ),
        );
        return;
      case "proposer-failed":
        print(yellow(`${indent}proposer ${event.proposer} failed: ${oneLine(event.message)}`));
        return;
      case "judge-failed":
        print(yellow(`${indent}the judge of causes failed: ${oneLine(event.message)}`));
        return;
      case "comparing":
        printStatus(fit(`${indent}${comparing(event)}`));
        return;
      case "budget":
        print(
          yellow(
            `${indent}the cycle's budget is spent: ${money(event.spentUsd ?? null)} of ${money(event.capUsd)}`,
          ),
        );
        return;
      case "judged":
        print(judgedLine(event, indent));
        return;
      default:
        event satisfies never;
    }
  };
}

function comparing({
  title,
  pairs,
  atMost,
  evalue,
  needed,
}: Extract<CycleEvent, { kind: "comparing" }>): string {
  const evidence = `e-value ${Number(evalue.toPrecision(2))} of ${Number(needed.toPrecision(3))}`;
  return `${oneLine(title, 40)}: ${pairs} of ${count(atMost, "pair")} at most, ${evidence}`;
}

function judgedLine({ candidate }: Extract<CycleEvent, { kind: "judged" }>, indent: string): string {
  const { verdict, proposal, fixes, regressions, reasons } = candidate;
  const mark = { accept: green("accept"), reject: red("reject"), inconclusive: yellow("unsure") }[verdict];
  const against = reasons.find(({ holds }) => holds !== "holds");
  const why =
    verdict === "accept"
      ? `fixes ${fixes.length}, breaks ${regressions.length}`
      : `${against?.name ?? "?"}: ${against?.figures ?? ""}`;
  const what = `${indent}${mark}  ${oneLine(proposal.title, 60)}  ${dim(oneLine(`${proposal.rung}, ${proposal.source}`))}`;
  return `${fit(what)}\n${fit(`${indent}        ${dim(oneLine(why, 100))}`)}`;
}

/** Only a terminal can overwrite a line; elsewhere the last count is enough. */
function counter(text: string, last: boolean): void {
  if (last) print(text);
  else printStatus(text);
}
