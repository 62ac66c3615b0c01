/** Why a patch is on its rung and not on a lower one: for its commit message. */
import type { Candidate, Rung } from "../candidate.ts";
import { count } from "../../runtime/kernel/count.ts";

/** Lowest first. */
export const RUNGS: readonly Rung[] = ["skill", "prompt", "harness"];

/** A candidate for the same failure, made from the same parent. */
export type Tried = Pick<Candidate, "proposal" | "reasons" | "verdict">;

/** What became of a lower rung: how many were proposed for it, and those of them that were judged. */
export interface LowerRung {
  readonly proposed: number;
  readonly tried: readonly Tried[];
}

/** One sentence. @param before of a rung, for the same failure and on the same parent */
export function whyThisRung(rung: Rung, before: (lower: Rung) => LowerRung): string {
  const lower = RUNGS.slice(0, RUNGS.indexOf(rung));
  if (lower.length === 0) return "A skill is the lowest rung, and it was enough";
  return `Not on a lower rung: ${lower.map((each) => `${each}: ${fateOf(before(each))}`).join("; ")}`;
}

function fateOf({ proposed, tried }: LowerRung): string {
  if (tried.length === 0)
    return proposed === 0 ? "nothing was proposed" : `${proposed} proposed, of which none came to a verdict`;
  const stops = Map.groupBy(
    tried,
    ({ reasons }) => reasons.find(({ holds }) => holds !== "holds")?.name ?? "judged",
  );
  const why = [...stops].map(([name, stopped]) => `${stopped.length} by ${name}`).join(", ");
  return `${count(tried.length, "patch", "patches")} tried, stopped ${why}`;
}
