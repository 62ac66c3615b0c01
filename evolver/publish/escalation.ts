/** Why a patch is on its rung and not on a lower one: for its commit message. */
import type { Candidate, Rung } from "../candidate.ts";
import { count } from "../../runtime/kernel/count.ts";

/** Lowest first. */
export const RUNGS: readonly Rung[] = ["skill", "prompt", "harness"];

/** A candidate for the same failure, made from the same parent. */
export type Tried = Pick<Candidate, "proposal" | "reasons" | "verdict">;

/** One sentence. @param tried what was judged before it */
export function whyThisRung(rung: Rung, tried: readonly Tried[]): string {
  const lower = RUNGS.slice(0, RUNGS.indexOf(rung));
  if (lower.length === 0) return "A skill is the lowest rung, and it was enough";
  return `Not on a lower rung: ${lower.map((each) => `${each}: ${fateOf(tried.filter(({ proposal }) => proposal.rung === each))}`).join("; ")}`;
}

function fateOf(tried: readonly Tried[]): string {
  if (tried.length === 0) return "nothing was proposed that could be tried";
  const stops = Map.groupBy(
    tried,
    ({ reasons }) => reasons.find(({ holds }) => holds !== "holds")?.name ?? "judged",
  );
  const why = [...stops].map(([name, stopped]) => `${stopped.length} by ${name}`).join(", ");
  return `${count(tried.length, "patch", "patches")} tried, stopped ${why}`;
}
