/** One case: what each arm did in each trial, in the order of the trials. */
import type { Role } from "./outcome.ts";

export interface Case {
  readonly name: string;
  readonly role: Role | undefined;
  readonly baseline: readonly boolean[];
  readonly candidate: readonly boolean[];
}
