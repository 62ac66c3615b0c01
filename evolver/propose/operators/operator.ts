/** What an operator is: a generic change of code shape that answers a kind of failure, written once for all harnesses. */
import type { Evidence } from "./evidence.ts";
import type { Project, Splice } from "./project.ts";

export interface Variant {
  /** Imperative, fits a commit subject. */
  readonly title: string;
  /** Changes by path of the file. */
  readonly splices: ReadonlyMap<string, readonly Splice[]>;
  /** 0 to 1: how well this place, or this value, agrees with the evidence. */
  readonly fit: number;
}

export interface Operator {
  /** `retry-transient`; the proposal's source is `operator:retry-transient`. */
  readonly name: string;
  /** How far the evidence asks for this operator, from 0 (not at all) to 1. */
  appliesTo(evidence: Evidence): number;
  /** Best first is not required: the caller sorts. Empty when no place in the code has the shape. */
  transform(project: Project, evidence: Evidence): Variant[];
  /** One sentence: why this should answer the failure. */
  rationale(evidence: Evidence): string;
}
