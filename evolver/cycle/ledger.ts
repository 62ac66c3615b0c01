/** What a cycle has spent: trials, and money where prices are known. Everything is charged here, and once. */
import type { Replayed } from "../../runtime/kernel/playback/recording.ts";
import type { TrialRunner } from "../../replay/runner.ts";

export interface Ledger {
  trials: number;
  /** US dollars; undefined as soon as one amount is not known. */
  costUsd: number | undefined;
  /** What recordings answered, and so was not asked of the model. */
  readonly saved: Saved;
  charge(usd: number | undefined): void;
  /** True when the cap is reached. An unknown amount under a cap reaches it. */
  isSpent(): boolean;
}

export interface Saved {
  modelCalls: number;
  tokens: number;
  /** What they cost when they were recorded, in US dollars, as far as it is known. */
  usd: number;
}

/** @param capUsd `evolution.usd` of agent.yaml */
export function createLedger(capUsd: number | undefined): Ledger {
  return {
    trials: 0,
    costUsd: 0,
    saved: { modelCalls: 0, tokens: 0, usd: 0 },
    charge(usd) {
      // What is no number is not known: added up, it would never reach a cap.
      const isKnown = usd !== undefined && Number.isFinite(usd);
      this.costUsd = this.costUsd === undefined || !isKnown ? undefined : this.costUsd + usd;
    },
    isSpent() {
      return capUsd !== undefined && (this.costUsd ?? Number.POSITIVE_INFINITY) >= capUsd;
    },
  };
}

/** The same runner, with each trial charged when it ends. */
export function charged(runner: TrialRunner, ledger: Ledger): TrialRunner {
  return {
    runAll: (request) =>
      runner.runAll({
        ...request,
        onResult(result) {
          ledger.trials++;
          ledger.charge(result.totals.costUsd ?? undefined);
          save(ledger.saved, result.replayed);
          request.onResult?.(result);
        },
      }),
  };
}

function save(saved: Saved, replayed: Replayed | undefined): void {
  if (replayed === undefined) return;
  saved.modelCalls += replayed.modelCalls;
  saved.tokens += replayed.inputTokens + replayed.outputTokens;
  saved.usd += replayed.usd ?? 0;
}
