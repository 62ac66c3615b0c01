/** What a run is asked for, what it works with and what comes of it. */
import type { BudgetCaps } from "../../../guardrails/budget.ts";
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import type { Genome } from "../genome.ts";
import type { Home } from "../home/home.ts";
import type { Model } from "../model/model.ts";
import type { Recording, Replayed } from "../playback/recording.ts";
import type { RunTotals, Store } from "../store/store.ts";
import type { TaskOnDisk } from "../suite/task.ts";
import type { Verification } from "../suite/verification.ts";
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
  /** An earlier run that answers in place of the model, and of tools that only look, for as long as the requests are the same. */
  readonly recording?: Recording;
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
  /** The run could not be carried through, for want of a model or a sandbox: nothing can be said about the agent. */
  readonly obstructed?: boolean;
  /** What of it was spent: steps and tokens as if no recording had helped, money as paid. */
  readonly totals: RunTotals;
  /** What a recording answered; absent without one. */
  readonly replayed?: Replayed;
}
