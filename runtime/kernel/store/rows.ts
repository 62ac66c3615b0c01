/** Rows of the SQLite store as the values that the kernel uses. */
import { RatchetError, messageOf } from "../error.ts";
import { EVENT_VERSION, TrajectoryEvent, type StoredEvent } from "../trajectory/events.ts";
import { lives } from "./process-mark.ts";
import { RUN_STATUSES, type Outcome, type Purpose, type RunRow, type RunStatus } from "./store.ts";

/** @throws RatchetError (infrastructure) when the row holds what this version does not know */
export function toRunRow(row: Record<string, unknown>): RunRow {
  const pid = Number(row["pid"]);
  return {
    id: String(row["id"]),
    startedAt: String(row["started_at"]),
    endedAt: textOrNull(row["ended_at"]),
    status: statusOf(row, pid, String(row["pid_started"])),
    purpose: purposeOf(row),
    task: textOrNull(row["task"]),
    instruction: String(row["instruction"]),
    release: String(row["release"]),
    model: String(row["model"]),
    workspace: String(row["workspace"]),
    snapshot: textOrNull(row["snapshot"]),
    outcome: outcomeOf(row),
    steps: Number(row["steps"]),
    inputTokens: row["input_known"] === 0 ? null : Number(row["input_tokens"]),
    outputTokens: row["output_known"] === 0 ? null : Number(row["output_tokens"]),
    costUsd: row["cost_usd"] === null ? null : Number(row["cost_usd"]),
    pid,
    ...(typeof row["source_id"] === "string"
      ? { source: { format: String(row["source_format"]), id: row["source_id"] } }
      : {}),
  };
}

/** @throws RatchetError when the event is from a newer version or damaged */
export function toStoredEvent(row: Record<string, unknown>): StoredEvent {
  const place = `run ${String(row["run"])}: event ${String(row["seq"])}`;
  const v = Number(row["v"]);
  if (v > EVENT_VERSION) {
    const problem = `${place} has version ${v}; this Ratchet reads up to ${EVENT_VERSION}`;
    throw new RatchetError("infrastructure", problem, "Update Ratchet.");
  }
  try {
    const event = TrajectoryEvent.parse(JSON.parse(String(row["event"])));
    return { run: String(row["run"]), seq: Number(row["seq"]), at: String(row["at"]), v, event };
  } catch (error) {
    throw new RatchetError("infrastructure", `${place} is damaged: ${messageOf(error)}`, undefined, {
      cause: error,
    });
  }
}

export function toOutcomeColumns(outcome: Outcome): { outcome_kind: string; outcome_pass: number | null } {
  return {
    outcome_kind: outcome.kind,
    outcome_pass: outcome.kind === "unknown" ? null : Number(outcome.pass),
  };
}

/** A run that was never closed, and whose process is gone, was interrupted. */
function statusOf(row: Record<string, unknown>, pid: number, pidStarted: string): RunStatus {
  const status = RUN_STATUSES.find((known) => known === row["status"]) ?? unknownTo(row, "status");
  return status === "open" && !lives(pid, pidStarted) ? "interrupted" : status;
}

function purposeOf(row: Record<string, unknown>): Purpose {
  return PURPOSES.find((known) => known === row["purpose"]) ?? unknownTo(row, "purpose");
}

const PURPOSES: readonly Purpose[] = ["live", "trial", "imported"];

function unknownTo(row: Record<string, unknown>, column: string): never {
  throw new RatchetError(
    "infrastructure",
    `run ${String(row["id"])}: its ${column} "${String(row[column])}" is none that this Ratchet knows`,
    "Update Ratchet; if it is the newest, the store is damaged.",
  );
}

/** Of the columns that {@link toOutcomeColumns} makes. */
export function outcomeOf(row: Record<string, unknown>): Outcome {
  const kind = row["outcome_kind"];
  if (kind === "verified" || kind === "feedback") return { kind, pass: row["outcome_pass"] === 1 };
  return kind === "unknown" ? { kind } : unknownTo(row, "outcome_kind");
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
