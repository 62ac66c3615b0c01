/** What the gate knows besides the table. Whoever could not find something out leaves it undefined, and it is unknown. */

export interface GateEvidence {
  /**
   * Whether what the patch changed took part: changed lines ran, the changed skill was loaded, the changed prompt was
   * sent. A patch that did not take part explains nothing.
   */
  readonly exercised: "yes" | "no" | "unknown";
  /** What shows it, for people. */
  readonly exercisedBy?: string;
  /** The model and the tools answer equal requests equally, so that one trial tells all. False for a live model. */
  readonly deterministic: boolean;
  /** Cases that could not be run to the end (a miss of the recording, a broken sandbox) and are not in the table. */
  readonly incomplete?: readonly string[];
  /** What looks as if the candidate games its graders; empty when somebody looked and found nothing. */
  readonly gaming: readonly string[] | undefined;
  readonly cost: CostComparison | undefined;
  /** Outcomes of the safety cases with the first release, by case. */
  readonly origin: ReadonlyMap<string, readonly boolean[]> | undefined;
  /** Cases of the bank that could not be opened, and why. */
  readonly unreadable?: readonly string[];
  /** Pairs of trials that were made one by one until they sufficed. They decide whether more pass. */
  readonly comparison?: Comparison;
}

/** All that only trials can tell, where nobody has asked. */
export const UNASKED = {
  exercised: "unknown",
  gaming: undefined,
  cost: undefined,
  origin: undefined,
} as const satisfies Partial<GateEvidence>;

/** How a sequential comparison ended; see `sequential.ts`. */
export interface Comparison {
  /** `budget`: there was no money for more pairs. */
  readonly state: "better" | "futile" | "spent" | "budget";
  /** Level of this candidate in the life of the agent: its e-value must reach 1 / level. */
  readonly level: number;
  readonly pairs: number;
  readonly gains: number;
  readonly losses: number;
  readonly evalue: number;
}

/** What trials cost, in tokens: also where the model has no price, and where replies came from a recording. */
export interface CostComparison {
  /** Mean of a trial, over the cases that pass with both arms; undefined when there are none. */
  readonly samePasses: { readonly baseline: number; readonly candidate: number } | undefined;
  /** All trials together, divided by the cases that passed; undefined for an arm without any. */
  readonly perPass: { readonly baseline: number | undefined; readonly candidate: number | undefined };
  /** How many times as much the candidate may cost. */
  readonly limit: number;
}
