/** What people taught the agent outside of any suite: words about its runs, and changes of its genome. */
import type { FileEdit } from "../candidate.ts";
import type { Signature } from "../failure.ts";

/** A person said what was wrong with a run. */
export interface Correction {
  readonly run: string;
  /** ISO time of the run. */
  readonly at: string;
  /** Commit that the run was made with. */
  readonly release: string;
  readonly instruction: string;
  /** Skills that the run had loaded. */
  readonly skills: readonly string[];
  readonly words: string;
  /** `agent runs feedback ID bad "words"`, or the instruction of the next run on the same workspace. */
  readonly kind: "feedback" | "next-instruction";
}

/** A person changed the genome. */
export interface HumanFix {
  readonly commit: string;
  /** ISO time of the commit. */
  readonly at: string;
  readonly subject: string;
  readonly edits: readonly FileEdit[];
  /** What live runs failed of before, and of after it no more. Empty also when nobody ran it before or after. */
  readonly ended: readonly Signature[];
}

export interface Knowledge {
  /** Newest first. */
  readonly corrections: readonly Correction[];
  /** Newest first. */
  readonly history: readonly HumanFix[];
}
