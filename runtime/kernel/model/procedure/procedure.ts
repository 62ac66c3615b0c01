/** What the procedure model understood of a skill. `parse-skill.ts` makes it. */
import type { CommandTemplate } from "./shell.ts";

export interface Procedure {
  readonly inputs: readonly Input[];
  readonly steps: readonly Step[];
  /** Template of the last reply. */
  readonly answer: string;
}

export interface Input {
  readonly name: string;
  /** Tried in order against the instruction. */
  readonly patterns: readonly RegExp[];
  /** Value when nothing matches; undefined makes the input a required one. */
  readonly otherwise: string | undefined;
}

export interface Step {
  readonly skips: readonly Skip[];
  /** Made in one reply, as a batch. */
  readonly calls: readonly CallTemplate[];
  readonly takes: readonly Take[];
  readonly loops: readonly Loop[];
}

/** The step is left out when the value is (`not`: is not) the given one. */
export interface Skip {
  readonly name: string;
  readonly not: boolean;
  readonly value: string;
}

export type CallTemplate =
  | { readonly kind: "command"; readonly tool: string; readonly command: CommandTemplate }
  /** Parsed YAML; its texts hold marked holes. */
  | { readonly kind: "input"; readonly tool: string; readonly input: Readonly<Record<string, unknown>> };

export interface Take {
  readonly name: string;
  readonly pattern: RegExp;
}

/** Steps `from` to `to`, numbers from 1, are done once for each match. */
export interface Loop extends Take {
  readonly from: number;
  readonly to: number;
}

/** The procedure cannot be followed; the message says why and where. */
export class BadProcedure extends Error {
  override readonly name = "BadProcedure";
}

/** @throws BadProcedure when it is not a regular expression */
export function compile(source: string, flags: string, where: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw new BadProcedure(`${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A name of an input or a captured value, as it stands in backticks. */
export const VALUE_NAME = /^[a-z][\w-]*$/i;
