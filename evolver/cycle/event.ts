/** What a cycle tells while it goes on. */
import type { Candidate } from "../candidate.ts";

export type CycleEvent =
  | { readonly kind: "baseline"; readonly done: number; readonly total: number }
  | { readonly kind: "clusters"; readonly clusters: readonly ClusterSummary[] }
  | {
      readonly kind: "proposed";
      readonly cluster: string;
      readonly title: string;
      readonly proposals: number;
    }
  /** The guesses at the cause stay in the order of the rules. */
  | { readonly kind: "judge-failed"; readonly cluster: string; readonly message: string }
  /** While many candidates are tried cheaply, and what came of it. */
  | { readonly kind: "searching"; readonly title: string; readonly done: number; readonly total: number }
  | {
      readonly kind: "searched";
      readonly cluster: string;
      readonly title: string;
      readonly proposals: number;
      readonly tried: number;
      readonly helped: number;
    }
  | { readonly kind: "proposer-failed"; readonly proposer: string; readonly message: string }
  /** After each batch of pairs; `needed` is the e-value that suffices. */
  | {
      readonly kind: "comparing";
      readonly title: string;
      readonly pairs: number;
      readonly atMost: number;
      readonly evalue: number;
      readonly needed: number;
    }
  | { readonly kind: "budget"; readonly spentUsd: number | undefined; readonly capUsd: number }
  | { readonly kind: "judged"; readonly candidate: Candidate };

export interface ClusterSummary {
  readonly id: string;
  readonly title: string;
  readonly count: number;
}
