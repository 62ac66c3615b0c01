/** Whether a source says that its run succeeded. */
import { z } from "zod";
import type { Outcome } from "../../store/store.ts";

const Flag = z.union(
  [
    z.boolean(),
    z.literal([0, 1]).transform((flag) => flag === 1),
    z.stringbool({ truthy: ["true"], falsy: ["false"] }),
  ],
  "is neither true nor false",
);

/** Tables write numbers as text. */
const Figure = z.union(
  [
    z.number(),
    z
      .string()
      .regex(/^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i)
      .transform(Number),
  ],
  "is not a number",
);

/** Fields by which rows say it. Of another type they make the row a bad one: a field that was renamed or retyped must be loud. */
export const Label = z.object({
  success: Flag.nullish(),
  resolved: Flag.nullish(),
  reward: Figure.nullish(),
});
export type Label = z.infer<typeof Label>;

/**
 * A reward is a pass from 1 on, as tau-bench and Harbor count. It is the verdict of a benchmark's verifier, and so is a success
 * flag: as strong as one of ours. A flag goes before a reward. Without either the outcome is unknown.
 */
export function outcomeOf({ success, resolved, reward }: Label): Outcome {
  const flag = success ?? resolved;
  if (typeof flag === "boolean") return { kind: "verified", pass: flag };
  // Rewards are sums of floating-point shares.
  if (typeof reward === "number") return { kind: "verified", pass: reward >= 1 - 1e-6 };
  return { kind: "unknown" };
}
