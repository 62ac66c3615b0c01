/** What a generic mutation is: a small change of code that many faults are the inverse of, whatever the failure looks like. */
import type { ts as T } from "ts-morph";
import type { Node, Source, Splice, Ts } from "./project.ts";
import type { Scope } from "./shapes/scope.ts";

/** Where mutations look: one file of the harness. */
export interface Site {
  readonly ts: Ts;
  readonly source: Source;
  readonly checker: T.TypeChecker;
  readonly scope: Scope;
  /** All files of the harness. */
  readonly sources: readonly Source[];
}

export interface Change {
  /** Imperative, fits a commit subject. */
  readonly title: string;
  /** Changes of the site's file. */
  readonly splices: readonly Splice[];
  /**
   * Above 0: how natural the change is among all of this mutation at this place. Up to 1 by likeness and nearness; three
   * times that where it uses what nothing uses yet.
   */
  readonly fit: number;
}

export interface Mutation {
  /** `swap-value`; the proposal's source is `operator:swap-value`. */
  readonly name: string;
  /** How many of 156 surveyed bugs of real harnesses were of this kind. */
  readonly weight: number;
  /** One sentence: why this may answer a failure. */
  readonly rationale: string;
  /** Changes of `node` itself: the caller visits what is inside. Empty where the shape is missing. */
  changes(node: Node, site: Site): readonly Change[];
}
