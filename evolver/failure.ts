/** A failure as the evolver sees it: a run's events, what broke, and who is suspected. */
import type { RunRow } from "../runtime/kernel/store/store.ts";
import type { TrajectoryEvent } from "../runtime/kernel/trajectory/events.ts";

/** A run with what it left behind. Verifier details are removed before a proposer sees it. */
export interface Trace {
  readonly run: RunRow;
  readonly events: readonly TrajectoryEvent[];
}

/** What detectors recognise. The part after the blank line are broken invariants of a trajectory. */
export const KINDS = [
  "harness-error",
  "invalid-request",
  "steps-exhausted",
  "budget-exhausted",
  "empty-reply",
  "tool-error",
  "transient-error",
  "ignored-error",
  "truncated-observation",
  "unknown-tool",
  "unknown-argument",
  "malformed-call",
  "repeated-call",
  "oscillation",
  "unverified-write",
  "stale-state",
  "early-stop",
  "refused-by-policy",
  "contradicted-claim",
  "gave-up",
  "wrong-result",

  "broken-pairing",
  "repeated-message",
  "context-not-smaller",
  "counter-not-reset",
  "budget-not-monotone",
  "end-not-once",
] as const;
export type Kind = (typeof KINDS)[number];

/** What went wrong, with names, paths, numbers and ids abstracted, so that equal failures compare equal. */
export interface Signature {
  readonly kind: Kind;
  /** Abstracted text of the error or of the last words. */
  readonly template: string;
}

export type Component = "model" | "skill" | "prompt" | "harness" | "tool" | "environment";

/** A guess at the cause, with what speaks for it and against it. */
export interface Hypothesis {
  /** Index of the event the blame falls on. */
  readonly step: number;
  /** Who made the step, where several agents work together. */
  readonly agent?: string;
  readonly component: Component;
  readonly category: Kind;
  /** 0 to 1. */
  readonly score: number;
  readonly evidence: string;
  /** What speaks against it. */
  readonly against?: string;
  /** Why a language model put it where it is in the ranking; absent where none was asked. It adds no facts. */
  readonly judged?: string;
}

export interface Failure {
  readonly trace: Trace;
  readonly signature: Signature;
  /** Best first. */
  readonly hypotheses: readonly Hypothesis[];
}

/** Failures that one patch should answer. */
export interface Cluster {
  /** Stable: a hash of the signature. */
  readonly id: string;
  readonly signature: Signature;
  /** One line for people. */
  readonly title: string;
  readonly failures: readonly Failure[];
}
