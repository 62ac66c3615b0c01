/** The rules of the gate, in the order in which they are told. */
import type { GateEvidence } from "../evidence.ts";
import type { Reason } from "../outcome.ts";
import type { Setting } from "../setting.ts";
import type { Case } from "../case.ts";
import { bankIntact } from "./bank-intact.ts";
import { exercised } from "./exercised.ts";
import { harmsNothing } from "./harms-nothing.ts";
import { holdsOut } from "./holds-out.ts";
import { improves } from "./improves.ts";
import { notGaming } from "./not-gaming.ts";
import { reproducible } from "./reproducible.ts";
import { safeAsOrigin } from "./safe-as-origin.ts";
import { safeAsParent } from "./safe-as-parent.ts";
import { withinCost } from "./within-cost.ts";

/** A claim that must hold. `holds` is `unknown` when the evidence does not suffice either way. */
export type Rule = (cases: readonly Case[], evidence: GateEvidence, setting: Setting) => Reason;

export type NamedRule = readonly [name: string, rule: Rule];

/** Those that a table of outcomes can answer by itself. */
export const TABLE_RULES: readonly NamedRule[] = [
  ["reproducible", reproducible],
  ["improves", improves],
  ["harms-nothing", harmsNothing],
  ["holds-out", holdsOut],
  ["bank-intact", bankIntact],
  ["safe-as-parent", safeAsParent],
];

export const RULES: readonly NamedRule[] = [
  ...TABLE_RULES,
  ["safe-as-origin", safeAsOrigin],
  ["exercised", exercised],
  ["not-gaming", notGaming],
  ["within-cost", withinCost],
];
