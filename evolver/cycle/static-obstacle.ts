/** What speaks against running a proposal at all. */
import { checkInvariants } from "../../guardrails/invariants.ts";
import type { Reason } from "../../replay/gate/outcome.ts";
import { messageOf } from "../../runtime/kernel/error.ts";
import type { Proposal } from "../candidate.ts";
import type { EvaluationContext } from "./evaluate.ts";

/** Undefined when nothing does. A check that cannot be made leaves it unknown, and so never goes on. */
export async function staticObstacle(
  context: EvaluationContext,
  proposal: Proposal,
): Promise<Reason | undefined> {
  const { home, checks, parentFiles, signal } = context;
  const reason = { name: "static-checks", claim: "it passes the static checks" };
  try {
    const pinned = checkInvariants(proposal.edits, home.guardrails.invariants);
    const paths = home.config.genome;
    const findings = await checks.check(proposal, { genome: parentFiles, paths, signal });
    const all = [...pinned, ...findings];
    if (all.length === 0) return undefined;
    const figures = all.map(
      ({ check, path, line, message }) =>
        `${check}: ${path}${line === undefined ? "" : `:${line}`}: ${message}`,
    );
    return { ...reason, holds: "fails", figures: figures.join("; ") };
  } catch (error) {
    signal.throwIfAborted();
    return { ...reason, holds: "unknown", figures: `a check could not be made: ${messageOf(error)}` };
  }
}
