import { exportAtif } from "../../kernel/trajectory/atif.ts";
import type { RunRow, Store } from "../../kernel/store/store.ts";
import { homeOf, withStore, type HomeOption } from "../open.ts";
import { bold, count, dim, money, oneLine, print, printJson, printJsonLine, table } from "../output.ts";
import type { UndoChoice } from "../../../replay/undo.ts";
import { describeEvent } from "../view/event.ts";
import { describeTold } from "../view/told.ts";
import { outcomeMark } from "../view/outcome.ts";

interface Options extends HomeOption {
  json?: boolean;
}

export async function listRuns(
  options: Options & { limit: number; trials?: boolean; imported?: boolean },
): Promise<void> {
  const purpose = options.trials === true ? "trial" : options.imported === true ? "imported" : "live";
  const { rows, imported } = await withStore(await homeOf(options), async (store) => ({
    rows: await store.listRuns({ purpose, limit: options.limit }),
    imported: (await store.countRuns()).imported,
  }));
  if (options.json === true) {
    printJson(rows);
    return;
  }
  if (rows.length === 0) {
    print(
      purpose === "imported"
        ? "No runs were imported yet: `agent import FORMAT PATH` does it."
        : 'No runs yet. `agent run "INSTRUCTION"` makes one.',
    );
    if (imported > 0) print(dim(`${count(imported, "imported run")}: --imported lists them.`));
    return;
  }
  const rest =
    rows.length === options.limit ? dim(`The latest ${rows.length}; --limit N shows more.`) : undefined;
  print(
    table([["run", "began", "outcome", "status", "steps", "cost", "task"].map(dim), ...rows.map(asCells)]),
  );
  if (rest !== undefined) print(rest);
}

export async function showRun(id: string, options: Options): Promise<void> {
  await withStore(await homeOf(options), async (store) => {
    const run = await store.getRun(id);
    const events = await store.events(run.id);
    if (options.json === true) {
      printJson({ run, events });
      return;
    }
    const origin =
      run.source === undefined
        ? `release ${run.release.slice(0, 12)}`
        : `imported from ${run.source.format}, ${oneLine(run.source.id)}`;
    print(`${bold(run.id)}  ${outcomeMark(run)}  ${run.status}  ${oneLine(run.model)}  ${origin}`);
    print(oneLine(run.instruction, 200));
    print();
    for (const { event, at } of events) {
      const text = describeEvent(event, 10);
      for (const line of [...describeTold(event, 10), ...(text === undefined ? [] : [text])])
        print(`${dim(at.slice(11, 19))}  ${line}`);
    }
  });
}

export async function feedback(
  id: string,
  verdict: "good" | "bad",
  why: string,
  options: Options,
): Promise<void> {
  await withStore(await homeOf(options), async (store) => {
    const run = await store.getRun(id);
    await store.append(run.id, [{ kind: "feedback_given", verdict, why }]);
    // What a verifier found is stronger than an opinion, and stays.
    if (run.outcome.kind !== "verified")
      await store.setOutcome(run.id, { kind: "feedback", pass: verdict === "good" });
    const kept = run.outcome.kind === "verified";
    if (options.json === true)
      printJson({ run: run.id, feedback: verdict, outcome: kept ? "verified" : "feedback" });
    else print(`Noted for ${run.id}: ${verdict}${kept ? `; ${labelOf(run)} stays as it is` : ""}.`);
  });
}

function labelOf({ purpose }: RunRow): string {
  return purpose === "imported" ? "the label of its source" : "its verifier's outcome";
}

export async function undo(id: string, options: Options & UndoChoice): Promise<void> {
  const home = await homeOf(options);
  const { undoRun } = await import("../../../replay/undo.ts");
  const { run, restored, saved } = await withStore(home, (store) => undoRun(home, store, id, options));
  if (options.json === true) {
    printJson({ run: run.id, workspace: run.workspace, restored, saved });
    return;
  }
  const when = restored === run.snapshot ? `before ${run.id}` : `at snapshot ${restored.slice(0, 12)}`;
  print(`${run.workspace} is what it was ${when}.`);
  if (saved === undefined) return;
  print(
    dim(`agent runs undo ${run.id} --to ${saved.slice(0, 12)}   brings back what was there a moment ago`),
  );
}

export async function exportRuns(ids: readonly string[], options: Options): Promise<void> {
  await withStore(await homeOf(options), async (store) => {
    const trajectories: unknown[] = [];
    for (const run of await runsOf(store, ids)) {
      const trajectory = exportAtif(run, await store.events(run.id));
      if (options.json === true) trajectories.push(trajectory);
      else printJsonLine(trajectory);
    }
    if (options.json === true) printJson(trajectories);
  });
}

async function runsOf(store: Store, ids: readonly string[]): Promise<RunRow[]> {
  if (ids.length === 0) return store.listRuns({ purpose: "live", limit: -1 });
  return Promise.all(ids.map((id) => store.getRun(id)));
}

function asCells(run: RunRow): string[] {
  return [
    run.id,
    run.startedAt.slice(0, 16).replace("T", " "),
    outcomeMark(run),
    run.status,
    String(run.steps),
    money(run.costUsd),
    oneLine(run.task ?? run.instruction, 60),
  ];
}
