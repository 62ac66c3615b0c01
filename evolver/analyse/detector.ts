/** What a detector is: a pure function from a run to a guess at what broke, or nothing. */
import type { Hypothesis, Signature } from "../failure.ts";
import type { View } from "./view.ts";

export interface Finding extends Hypothesis {
  readonly category: Signature["kind"];
  /** Abstracted text that becomes the signature's when this guess is the best one. */
  readonly template: string;
}

export type Detector = (view: View) => Finding | undefined;
