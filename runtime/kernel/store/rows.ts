/** Rows of the SQLite store as the values that the kernel uses. */
import type { Outcome, RunRow, RunStatus } from "./store.ts";

export function toRunRow(row: Record<string, unknown>): RunRow {
  const pid = Number(row["pid"]);
  return {
    id: String(row["id"]),
    startedAt: String(row["started_at"]),
    endedAt: textOrNull(row["ended_at"]),
    status: statusOf(String(row["status"]) as RunStatus, pid),
    purpose: row["purpose"] === "trial" ? "trial" : "live",
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
  };
}

export function toOutcomeColumns(outcome: Outcome): { outcome_kind: string; outcome_pass: number | null } {
  return { outcome_kind: outcome.kind, outcome_pass: outcome.kind === "unknown" ? null : Number(outcome.pass) };
}

/** A run that was never closed, and whose process is gone, was interrupted. */
function statusOf(status: RunStatus, pid: number): RunStatus {
  return status === "open" && !isAlive(pid) ? "interrupted" : status;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function outcomeOf(row: Record<string, unknown>): Outcome {
  const kind = row["outcome_kind"];
  if (kind === "verified" || kind === "feedback") return { kind, pass: row["outcome_pass"] === 1 };
  return { kind: "unknown" };
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
