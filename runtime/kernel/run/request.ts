/** What a run is asked for, what it works with and what comes of it. */
import type { BudgetCaps } from "../../../guardrails/budget.ts";
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import type { Genome } from "../genome.ts";
import type { Home } from "../home/home.ts";
import type { Model } from "../model/model.ts";
import type { RunTotals, Store } from "../store/store.ts";
import type { TaskOnDisk } from "../suite/task.ts";
import type { Verification } from "../suite/verify.ts";
import type { TrajectoryEvent } from "../trajectory/events.ts";
import type { SessionEnd } from "./session-end.ts";

/** What every run of a process shares. */
export interface Runtime {
  readonly home: Home;
  readonly store: Store;
  readonly model: Model;
  readonly sandbox: Sandbox;
  /** Replaces secrets by marks in everything that is stored: known kinds of keys, and those of the environment. */
  readonly redact: (text: string) => string;
}

export interface RunRequest {
  readonly instruction: string;
  /** Real path of the folder that the agent works in. It is changed by the run. */
  readonly workspace: string;
  readonly genome: Genome;
  readonly purpose: "live" | "trial";
  /** The task of a suite, when it is one: brings the verifier, services and tighter budgets. */
  readonly task?: TaskOnDisk;
  /** Tree of the workspace before the run. */
  readonly snapshot?: string;
  /** Lower caps than the home's. */
  readonly caps?: Partial<BudgetCaps>;
  readonly signal: AbortSignal;
  /** Sees each event. Must not throw: that ends the run. */
  readonly watch?: (event: TrajectoryEvent) => void;
  /** Asks a person about an action that policy leaves open; without it such an action is denied. */
  readonly approve?: (question: string) => Promise<boolean>;
}

/** Without its events, which may come to hundreds of megabytes: the store has them, and `watch` sees each. */
export interface RunResult {
  readonly id: string;
  readonly status: SessionEnd["status"];
  readonly summary: string;
  readonly verification: Verification | undefined;
  readonly totals: RunTotals;
}
