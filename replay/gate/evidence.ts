/** What the gate knows besides the table. */
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
}
