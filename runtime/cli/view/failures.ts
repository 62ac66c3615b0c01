/** Groups of failures for people. */
import { printed, type RankedLine } from "../../../evolver/analyse/localise/localise.ts";
import type { ToldHypothesis } from "../../../evolver/clusters/digest.ts";
import type { Failures } from "../../../evolver/clusters/failures.ts";
import type { ShownCluster } from "../../../evolver/clusters/show-cluster.ts";
import { WINDOW_DAYS, type FailureCluster } from "../../../evolver/clusters/summarise.ts";
import type { StoredEvent, TrajectoryEvent } from "../../kernel/trajectory/events.ts";
import { bold, count, dim, fit, oneLine, print, red, yellow } from "../output.ts";
import { describeEvent } from "./event.ts";
import { describeTold } from "./told.ts";
import { outcomeMark } from "./outcome.ts";

/** How many and what broke, how it develops, where the blame falls, and some of the runs. */
export function printCluster(
  cluster: FailureCluster,
  { of }: Failures,
  { cause, place }: { readonly cause: ToldHypothesis | undefined; readonly place: RankedLine | undefined },
): void {
  const { id, title, runs } = cluster;
  print(fit(`${bold(String(runs.length).padStart(5))}  ${oneLine(title, 100)}  ${dim(id)}`));
  print(fit(dim(`       ${figures(cluster, of)}`)));
  const where = place === undefined ? "" : `, ${placeOf(place)}`;
  if (cause !== undefined) print(fit(dim(`       ${blame(cause)}${where}: ${oneLine(cause.evidence, 110)}`)));
  if (cause?.against !== undefined) print(fit(dim(`       against it: ${oneLine(cause.against, 110)}`)));
  const names = runs.slice(0, MOST_NAMES).map(({ source, task, run }) => source ?? task ?? run);
  print(fit(dim(`       ${oneLine(names.join(", "), 110)}${runs.length > MOST_NAMES ? ", …" : ""}`)));
}

/** Events around the pivotal step that are shown. */
const BEFORE = 4;
const AFTER = 3;
const MOST_NAMES = 6;

/** The medoid around its pivotal step, then each hypothesis with what speaks for it and against it. */
export function printShown(
  { cluster, medoid, events, hypotheses, pivot, stages }: ShownCluster,
  { of }: Failures,
  places: readonly RankedLine[],
): void {
  print(`${bold(cluster.title)}  ${dim(cluster.id)}`);
  print(dim(figures(cluster, of)));
  print();
  print(
    `${bold("The run that stands for them")}  ${oneLine(medoid.source?.id ?? medoid.id, 80)}  ${outcomeMark(medoid)}  ${oneLine(medoid.model, 60)}`,
  );
  print(oneLine(medoid.instruction, 200));
  print();
  printAround(events, pivot);
  print();
  print(bold("What may have broken"));
  for (const [index, each] of hypotheses.entries()) {
    print(
      `  ${index + 1}. ${blame(each)}  ${dim(`${each.category}, step ${each.step}, score ${each.score}`)}`,
    );
    print(`     for      ${oneLine(each.evidence, 300)}`);
    if (each.against !== undefined) print(`     against  ${oneLine(each.against, 300)}`);
  }
  if (places.length > 0) {
    print();
    print(bold("Where in the harness"));
    for (const place of places)
      print(fit(`  ${oneLine(printed(place), 100)}  ${dim(oneLine(place.why, 160))}`));
  }
  if (stages !== undefined) {
    const shares = (["search", "read", "edit", "other"] as const).map(
      (stage) => `${stage} ${percent(stages[stage])}`,
    );
    print();
    print(`${bold("Its calls")}  ${shares.join(", ")}`);
  }
  print();
  print(dim(`agent runs show ${medoid.id}   the whole run`));
}

function printAround(events: readonly StoredEvent[], pivot: number): void {
  const lines = events.flatMap(({ event }, index) => {
    const text = describeEvent(event, 12);
    return [
      ...describeTold(event, 12).map((told) => ({ index, text: told, label: "·" })),
      ...(text === undefined ? [] : [{ index, text, label: stepLabel(event, index) }]),
    ];
  });
  const at = Math.max(
    0,
    lines.findLastIndex(({ index }) => index <= pivot),
  );
  const shown = lines.slice(Math.max(0, at - BEFORE), at + AFTER + 1);
  if ((shown[0]?.index ?? 0) > (lines[0]?.index ?? 0)) print(dim("        …"));
  for (const line of shown) {
    const mark = line === lines[at] ? red("▶") : " ";
    print(`${mark} ${dim(line.label.padStart(5))}  ${line.text}`);
  }
  if (at + AFTER + 1 < lines.length) print(dim("        …"));
}

/** As hypotheses count steps. */
function stepLabel(event: TrajectoryEvent, index: number): string {
  if (event.kind === "model_called" || event.kind === "tool_called")
    return String(event.source?.step ?? index);
  return event.kind === "run_started" ? "" : "·";
}

function figures({ runs, share, trend }: FailureCluster, of: number): string {
  const imported = runs.filter(({ format }) => format !== undefined).length;
  const unlabelled = runs.filter(({ labelled }) => !labelled).length;
  return [
    `${percent(share)} of ${count(of, "run")}`,
    ...(hasTimes(runs) ? [trend.before === 0 && trend.recent === runs.length ? "new" : trendOf(trend)] : []),
    ...(imported === 0 ? [] : [imported === runs.length ? "imported" : `${imported} imported`]),
    ...(unlabelled === 0 ? [] : [`${unlabelled} without a label`]),
  ].join("; ");
}

/** Imported runs whose source has no times all have that of the import. */
function hasTimes(runs: FailureCluster["runs"]): boolean {
  return (
    runs.some(({ format }) => format === undefined) ||
    new Set(runs.map(({ startedAt }) => startedAt)).size > 1
  );
}

function trendOf({ recent, before }: FailureCluster["trend"]): string {
  const way = recent > before ? "↑" : recent < before ? "↓" : "=";
  return `${way} ${recent} in the last ${WINDOW_DAYS} days, ${before} in the ${WINDOW_DAYS} before`;
}

function blame({ component, agent }: ToldHypothesis): string {
  return agent === "agent" ? yellow(component) : `${yellow(component)} of ${oneLine(agent, 40)}`;
}

function placeOf({ file, fn, line }: RankedLine): string {
  return oneLine(`${file}:${fn}:${line}`, 100);
}

function percent(share: number): string {
  const value = 100 * share;
  return `${value > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0)}%`;
}
