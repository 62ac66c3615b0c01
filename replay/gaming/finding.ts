/** What speaks for a candidate having been made for the grader and not for the work. */
export interface GamingFinding {
  /**
   * `telling`: the patch has text that only the grader, or one task, could have told. `special-case`: it asks which task
   * it is, or whether it is watched. `no-work`: a trial passed though nothing in it could have produced the result.
   */
  readonly kind: "telling" | "special-case" | "no-work";
  /** `harness/loop.ts:12`, or `trial 3` in the order in which they were handed over. */
  readonly where: string;
  /** Never names a task and never quotes what was found: proposers may read it. */
  readonly message: string;
}
