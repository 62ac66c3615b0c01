/** How a session came to its end, in a status and in words. */
import type { Exit } from "../../../guardrails/sandbox/sandbox.ts";
import type { Finish } from "../protocol.ts";
import type { RunStatus } from "../store/store.ts";
import type { Broker } from "./broker.ts";

export interface SessionEnd {
  readonly status: Exclude<RunStatus, "open" | "interrupted" | "unknown">;
  readonly summary: string;
  /** True when the kernel could not carry the session through: nothing can be said about the harness then. */
  readonly obstructed?: boolean;
}

/** Why the kernel asked a harness to stop. */
export type StopReason = "aborted" | "seconds";

/** What is known once no process is left. */
export interface Remains {
  readonly broker: Pick<Broker, "finish" | "exit" | "exhausted" | "outage">;
  readonly exit: Exit;
  readonly stderr: string;
  /** What was wrong with what the harness sent. */
  readonly broken: string | undefined;
  readonly reason: StopReason | undefined;
}

/** With which code `boot.mjs` ends when nothing is left to wait for and the harness has not finished. */
const WAITS_FOR_EVER = 13;

export function sessionEnd({ broker, exit, stderr, broken, reason }: Remains): SessionEnd {
  const finish = broker.finish();
  if (reason === "seconds")
    return { status: "budget", summary: summaryOr(finish, "the time budget is spent") };
  if (reason === "aborted") return { status: "aborted", summary: summaryOr(finish, "stopped") };
  if (broken !== undefined)
    return { status: "crashed", summary: `the harness broke the protocol: ${broken}` };
  const outage = broker.outage();
  if (outage !== undefined && finish?.status !== "done")
    return { status: "error", summary: `the model did not answer: ${outage}`, obstructed: true };
  if (finish !== undefined) return { status: finish.status, summary: finish.summary };
  if (exit.kind === "not_started") {
    return { status: "crashed", summary: `the harness was not started: ${exit.reason}`, obstructed: true };
  }
  const over = broker.exhausted();
  if (over !== undefined)
    return { status: "budget", summary: `the ${over.limit} budget is spent: ${over.spent} of ${over.cap}` };
  const error = broker.exit()?.error;
  const waits = exit.kind === "exited" && exit.code === WAITS_FOR_EVER;
  if (error !== undefined && !waits)
    return { status: "error", summary: `the harness threw: ${error.message}` };
  const last = error?.message ?? stderr.trim().split("\n").slice(-3).join(" ");
  const because = last === "" ? "" : `: ${last}`;
  return {
    status: "crashed",
    summary: `the harness ended without finishing (${describeExit(exit)})${because}`,
  };
}

function summaryOr(finish: Finish | undefined, fallback: string): string {
  return finish === undefined || finish.summary === "" ? fallback : finish.summary;
}

/** How a process ended, in a few words. */
export function describeExit(exit: Exit): string {
  switch (exit.kind) {
    case "exited":
      return `exit code ${exit.code}`;
    case "signaled":
      return `killed by ${exit.signal}`;
    case "timeout":
      return `killed after ${exit.ms} ms`;
    case "memory":
      return `killed at ${Math.round(exit.bytes / 1_048_576)} MiB of memory`;
    case "output":
      return `killed after ${exit.bytes} bytes of output`;
    case "aborted":
      return "aborted";
    case "not_started":
      return `not started: ${exit.reason}`;
    default:
      return exit satisfies never;
  }
}
