/** Writes whole runs of other systems. */
import type { DatabaseSync } from "node:sqlite";
import { EVENT_VERSION } from "../trajectory/events.ts";
import { inTransaction } from "./in-transaction.ts";
import { startMark } from "./process-mark.ts";
import { toOutcomeColumns } from "./rows.ts";
import type { Statements } from "./statements.ts";
import type { ImportedRun } from "./store.ts";

/** In one transaction. A run that is there already is replaced. @throws when the id is that of a run of our own */
export function importRuns(
  database: DatabaseSync,
  statements: Statements,
  runs: readonly ImportedRun[],
): void {
  if (runs.length === 0) return;
  const mark = startMark();
  inTransaction(database, () => {
    for (const { run, source, events } of runs) {
      statements.deleteFailure.run(run.id);
      statements.deleteEvents.run(run.id);
      statements.deleteImported.run(run.id);
      statements.insertImported.run({
        id: run.id,
        started_at: run.startedAt,
        ended_at: run.endedAt,
        status: run.status,
        task: run.task,
        instruction: run.instruction,
        release: run.release,
        model: run.model,
        workspace: run.workspace,
        ...toOutcomeColumns(run.outcome),
        steps: run.steps,
        input_tokens: run.inputTokens ?? 0,
        output_tokens: run.outputTokens ?? 0,
        input_known: Number(run.inputTokens !== null),
        output_known: Number(run.outputTokens !== null),
        cost_usd: run.costUsd,
        pid: process.pid,
        pid_started: mark,
        source_format: source.format,
        source_id: source.id,
        source_hash: source.hash,
      });
      for (const [seq, { at, event }] of events.entries())
        statements.insertEventAt.run(run.id, seq, at, EVENT_VERSION, JSON.stringify(event));
    }
  });
}
