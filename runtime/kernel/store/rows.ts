/** Rows of the SQLite store as the values that the kernel uses. */
import { RatchetError, messageOf } from "../error.ts";
import { EVENT_VERSION, TrajectoryEvent, type StoredEvent } from "../trajectory/events.ts";
import { lives } from "./process-mark.ts";
import type { Outcome, Purpose, RunRow, RunStatus } from "./store.ts";

export function toRunRow(row: Record<string, unknown>): RunRow {
  const pid = Number(row["pid"]);
  return {
    id: String(row["id"]),
    startedAt: String(row["started_at"]),
    endedAt: textOrNull(row["ended_at"]),
    status: statusOf(String(row["status"]) as RunStatus, pid, String(row["pid_started"])),
    purpose: purposeOf(row["purpose"]),
    task: textOrNull(row["task"]),
    instruction: String(row["instruction"]),
    release: String(row["release"]),
    model: String(row["model"]),
    workspace: String(row["workspace"]),
    snapshot: textOrNull(row["snapshot"]),
    outcome: outcomeOf(row),
    steps: Number(row["steps"]),
    inputTokens: Number(row["input_tokens"]),
    outputTokens: Number(row["output_tokens"]),
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
function statusOf(status: RunStatus, pid: number, pidStarted: string): RunStatus {
  return status === "open" && !lives(pid, pidStarted) ? "interrupted" : status;
}

function purposeOf(purpose: unknown): Purpose {
  return purpose === "trial" || purpose === "imported" ? purpose : "live";
}

/** Of the columns that {@link toOutcomeColumns} makes. */
export function outcomeOf(row: Record<string, unknown>): Outcome {
  const kind = row["outcome_kind"];
  if (kind === "verified" || kind === "feedback") return { kind, pass: row["outcome_pass"] === 1 };
  return { kind: "unknown" };
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
