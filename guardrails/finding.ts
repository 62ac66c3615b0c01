/** What a static check found wrong with a proposed file. */
export interface Finding {
  /** Name of the check, `imports`. */
  readonly check: string;
  /** Path as the proposal wrote it. */
  readonly path: string;
  /** 1-based. */
  readonly line?: number;
  readonly message: string;
}
