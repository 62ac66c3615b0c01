/** The table that the gate judges: who ran which case, when, and whether it passed. */
import { z } from "zod";

/** Why a case is in the table. Without a role the case may move either way. */
export const Role = z.enum(["failing", "holdout", "passing", "bank", "safety"]);
export const Outcome = z.strictObject({
  case: z.string().min(1),
  arm: z.enum(["baseline", "candidate"]),
  trial: z.number().int().nonnegative(),
  pass: z.boolean(),
  role: Role.optional(),
});

export type Role = z.infer<typeof Role>;
export type Outcome = z.infer<typeof Outcome>;

/** A claim about the candidate, with the figures it rests on. */
export interface Reason {
  readonly name: string;
  readonly claim: string;
  readonly holds: "holds" | "fails" | "unknown";
  readonly figures: string;
}

export interface Verdict {
  readonly verdict: "accept" | "reject" | "inconclusive";
  readonly reasons: readonly Reason[];
  readonly fixes: readonly string[];
  readonly regressions: readonly string[];
  /** Rows of the table that was judged. */
  readonly trials: number;
  /**
   * Evidence that more pass, where trials differ and evidence decides; infinite is written as the largest number. Left
   * out when the table was decided exactly.
   */
  readonly evalue?: number;
  /** What the better of two tries of the baseline would give; where trials differ and the baseline has two. */
  readonly control?: BestOfTwo;
}

/** Mean pass rates over the same cases, each case counted once; in [0, 1]. */
export interface BestOfTwo {
  /** One try with the candidate. */
  readonly candidate: number;
  /** One try with the baseline. */
  readonly baseline: number;
  /** Two tries with the baseline, of which one has to pass. */
  readonly bestOfTwo: number;
}
