/** Sees to it that a harness ends: asks it at the time limit and on abort, and kills it when it does not. */
import type { HarnessProcess } from "../harness/process.ts";
import type { StopReason } from "./session-end.ts";

export interface StoppingOptions {
  /** Time that is left for the run, in milliseconds. */
  readonly left: () => number;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Called once, when the harness is asked to stop. */
  readonly onStop: (reason: StopReason) => void;
}

export interface Stopping {
  /** The harness has said its last word: it is given a while to report how it ended. */
  finished(): void;
  /** Asks how much time is left: less than it was when a recording answered. */
  look(): void;
  /** Resolves when no process is left. Why it was asked to stop; undefined when it ended by itself. */
  readonly ended: Promise<StopReason | undefined>;
}

/** How long a harness may take to finish once it was asked to stop, in milliseconds. */
const GRACE_MS = 2_000;
/** How long its report, with line coverage, may take after it has finished. */
const REPORT_MS = 15_000;
/** Longer timers fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export function stopInTime(harness: HarnessProcess, { left, signal, onStop }: StoppingOptions): Stopping {
  let reason: StopReason | undefined;
  let hasFinished = false;
  let kill: NodeJS.Timeout | undefined;
  const stop = (why: StopReason): void => {
    if (reason !== undefined || hasFinished) return;
    reason = why;
    harness.send({ type: "abort", reason: why });
    kill = setTimeout(() => harness.kill(), GRACE_MS);
    onStop(why);
  };
  const abort = (): void => stop("aborted");
  const start = (): NodeJS.Timeout =>
    setTimeout(() => stop("seconds"), Math.min(Math.max(0, left()), MAX_TIMER_MS));
  let clock = start();
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  return {
    finished() {
      hasFinished = true;
      kill ??= setTimeout(() => harness.kill(), REPORT_MS);
    },
    look() {
      clearTimeout(clock);
      if (reason === undefined && !hasFinished) clock = start();
    },
    ended: harness.ended.then(() => {
      clearTimeout(clock);
      clearTimeout(kill);
      signal.removeEventListener("abort", abort);
      return reason;
    }),
  };
}
