/** Writes whole runs of other systems. */
import type { DatabaseSync } from "node:sqlite";
import { EVENT_VERSION } from "../trajectory/events.ts";
import { goesOnFrom, isFeedback } from "./continuation.ts";
import { inTransaction } from "./in-transaction.ts";
import { startMark } from "./process-mark.ts";
import { outcomeOf, toOutcomeColumns } from "./rows.ts";
import type { Statements } from "./statements.ts";
import type { ImportedRun, Kept, Outcome } from "./store.ts";

/** In one transaction; see `importRuns` of the store. @throws when no name of a run is free */
export function importRuns(
  database: DatabaseSync,
  statements: Statements,
  runs: readonly ImportedRun[],
  met: ReadonlySet<string>,
): Kept[] {
  if (runs.length === 0) return [];
  const own = new Set<string>();
  const isMet = (id: string): boolean => met.has(id) || own.has(id);
  return inTransaction(database, () =>
    runs.map((run) => {
      const kept = keep(statements, run, isMet);
      own.add(kept.run);
      return kept;
    }),
  );
}

function keep(statements: Statements, imported: ImportedRun, isMet: (id: string) => boolean): Kept {
  const there = thereAs(statements, imported);
  const same = there.find(({ hash }) => hash === imported.source.hash);
  if (same !== undefined) return { kind: "unchanged", run: same.id, outcome: same.outcome };
  for (const known of there.filter(({ id }) => !isMet(id))) {
    if (known.model !== imported.run.model) continue;
    const stored = statements.eventsOf.all(known.id);
    if (isFromFileOf(known, imported) || isContinued(stored, imported))
      return replace(
        statements,
        imported,
        known,
        stored.filter(({ event }) => isFeedback(String(event))),
      );
  }
  const id = freeName(statements, imported);
  insert(statements, imported, id, imported.run.outcome);
  return { kind: "added", run: id, outcome: imported.run.outcome };
}

function isFromFileOf({ file }: There, { source }: ImportedRun): boolean {
  return file !== undefined && file === source.file;
}

function isContinued(stored: readonly Record<string, unknown>[], { events }: ImportedRun): boolean {
  return goesOnFrom(
    stored.map(({ event }) => String(event)),
    events.map(({ event }) => event),
  );
}

interface There {
  readonly id: string;
  readonly model: string;
  readonly hash: string;
  readonly file: string | undefined;
  readonly outcome: Outcome;
}

function thereAs(statements: Statements, { source }: ImportedRun): There[] {
  return statements.importedAs.all(source.id, source.format).map((row) => ({
    id: String(row["id"]),
    model: String(row["model"]),
    hash: String(row["source_hash"]),
    file: typeof row["source_file"] === "string" ? row["source_file"] : undefined,
    outcome: outcomeOf(row),
  }));
}

function replace(
  statements: Statements,
  imported: ImportedRun,
  { id, outcome: before }: There,
  feedback: readonly Record<string, unknown>[],
): Kept {
  const own = imported.run.outcome;
  const outcome = before.kind === "feedback" && own.kind === "unknown" ? before : own;
  statements.deleteFailure.run(id);
  statements.deleteEvents.run(id);
  statements.deleteImported.run(id);
  insert(statements, imported, id, outcome);
  for (const [index, { at, v, event }] of feedback.entries())
    statements.insertEventAt.run(id, imported.events.length + index, String(at), Number(v), String(event));
  return { kind: "replaced", run: id, outcome };
}

function freeName(statements: Statements, { names, source }: ImportedRun): string {
  const name = names.find((each) => statements.hasRun.get(each) === undefined);
  if (name === undefined)
    throw new Error(`${source.format} ${source.id}: other runs have each id that it could get`);
  return name;
}

function insert(
  statements: Statements,
  { run, source, events }: ImportedRun,
  id: string,
  outcome: Outcome,
): void {
  statements.insertImported.run({
    id,
    started_at: run.startedAt,
    ended_at: run.endedAt,
    status: run.status,
    task: run.task,
    instruction: run.instruction,
    release: run.release,
    model: run.model,
    workspace: run.workspace,
    ...toOutcomeColumns(outcome),
    steps: run.steps,
    input_tokens: run.inputTokens ?? 0,
    output_tokens: run.outputTokens ?? 0,
    input_known: Number(run.inputTokens !== null),
    output_known: Number(run.outputTokens !== null),
    cost_usd: run.costUsd,
    pid: process.pid,
    pid_started: startMark(),
    source_format: source.format,
    source_id: source.id,
    source_hash: source.hash,
    source_file: source.file ?? null,
  });
  for (const [seq, { at, event }] of events.entries())
    statements.insertEventAt.run(id, seq, at, EVENT_VERSION, JSON.stringify(event));
}
