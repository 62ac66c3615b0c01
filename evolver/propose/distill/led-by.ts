/** Which of the skills in its context a run really followed. */
import { viewOf, type View } from "../../analyse/view.ts";
import type { Trace } from "../../failure.ts";
import type { ProposeContext } from "../proposer.ts";
import { bind } from "./bind.ts";
import { procedureIn } from "./skill-steps.ts";

/**
 * A skill is loaded because its words fit; it leads a run when the run makes the calls of its steps. The skills of which the run made the
 * largest share of steps; none when it made no step of any.
 */
export function ledBy(trace: Trace, { genome, paths }: ProposeContext): string[] {
  const view = viewOf(trace);
  const shares = view.skills.map((name) => ({
    name,
    share: shareOfSteps(genome.get(`${paths.skills}/${name}/SKILL.md`) ?? "", view),
  }));
  const most = Math.max(0, ...shares.map(({ share }) => share));
  return most === 0 ? [] : shares.flatMap(({ name, share }) => (share === most ? [name] : []));
}

/** As {@link ledBy}, or all that were loaded where it cannot be told. */
export function followed(trace: Trace, context: ProposeContext): readonly string[] {
  const led = ledBy(trace, context);
  return led.length > 0 ? led : viewOf(trace).skills;
}

function shareOfSteps(skill: string, { calls }: View): number {
  const steps = (procedureIn(skill)?.steps ?? []).filter((step) => step.calls.length > 0);
  const made = steps.filter((step) =>
    step.calls.some((template) => calls.some(({ event }) => bind(template, event) !== undefined)),
  );
  return steps.length === 0 ? 0 : made.length / steps.length;
}
