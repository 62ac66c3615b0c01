/** A proposed patch on its way from a proposer to a verdict. */
import type { KeptCase } from "../replay/bank/kept-case.ts";
import type { Verdict } from "../replay/gate/outcome.ts";

/** Lowest first; a higher rung is tried when the lower one cannot reach the cause or failed at the gate. */
export type Rung = "skill" | "prompt" | "harness";

/** A genome file with its new text; paths are relative to the home, with `/`. */
export interface FileEdit {
  readonly path: string;
  /** Undefined when the file is new. */
  readonly before: string | undefined;
  readonly after: string;
}

/** What a proposer hands over. */
export interface Proposal {
  readonly rung: Rung;
  /** `operator:retry-transient`, `distill:recovery`, `model`. */
  readonly source: string;
  /** Imperative, fits a commit subject. */
  readonly title: string;
  /** One sentence: why this should answer the failure. */
  readonly rationale: string;
  readonly edits: readonly FileEdit[];
  /** What it cost to make, in US dollars. */
  readonly costUsd: number;
}

/** A proposal that became a commit, and what was found out about it. */
export interface Candidate extends Verdict {
  /** First twelve hex digits of the commit. */
  readonly id: string;
  readonly commit: string;
  readonly parent: string;
  /** Cluster that it answers. */
  readonly cluster: string;
  readonly proposal: Proposal;
  /** What it fixed, as cases for the regression bank; they are in it once the candidate is promoted. */
  readonly cases?: readonly KeptCase[];
  /** `evolve/<date>-<slug>`, when it was accepted. */
  readonly branch: string | undefined;
}
