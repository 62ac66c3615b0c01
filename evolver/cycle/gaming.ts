/** Asks whether a candidate games its graders: of its text before any trial, of its trials before the verdict. */
import type { GamingFinding } from "../../replay/gaming/finding.ts";
import { gamingInTrials } from "../../replay/gaming/in-trials.ts";
import { UNASKED, type GateEvidence } from "../../replay/gate/evidence.ts";
import type { Reason } from "../../replay/gate/outcome.ts";
import { notGaming } from "../../replay/gate/rules/not-gaming.ts";
import { messageOf } from "../../runtime/kernel/error.ts";
import { genomeFiles } from "../../runtime/kernel/genome-files.ts";
import type { Proposal } from "../candidate.ts";
import { traceForProposers, trialsOf, type Arm } from "./arm.ts";
import { changesOf } from "./changes.ts";
import type { EvaluationContext } from "./evaluate.ts";

/** What of its text speaks against running it at all; undefined when nothing does. Who cannot look leaves it unknown. */
export async function gamingObstacle(
  context: EvaluationContext,
  proposal: Proposal,
): Promise<Reason | undefined> {
  const { home, parent, gamingReader, signal } = context;
  try {
    const genome = await genomeFiles(home.dir, parent.genome.sha, home.config.genome);
    const changes = changesOf(proposal, home);
    const known = genome.map(({ content }) => content.toString("utf8"));
    const findings = await gamingReader.find({ changes, known }, signal);
    return findings.length === 0 ? undefined : notGaming([], asked(findings.map(described)));
  } catch (error) {
    signal.throwIfAborted();
    return {
      ...notGaming([], asked(undefined)),
      figures: `this could not be looked at: ${messageOf(error)}`,
    };
  }
}

/** What of its trials speaks for gaming; undefined when nobody could look. */
export async function gamingOf(context: EvaluationContext, candidate: Arm): Promise<GateEvidence["gaming"]> {
  const { store, tasks, cases, sandbox, signal } = context;
  const all = [...cases.keys()].flatMap((id) => trialsOf(candidate, id));
  const passing = all.filter(({ pass }) => pass);
  try {
    const trials = await Promise.all(
      passing.map(async (trial) => {
        const task = tasks.get(trial.task);
        if (task === undefined) throw new Error(`there is no task ${trial.task}`);
        return { task, pass: true, events: (await traceForProposers(store, trial)).events };
      }),
    );
    return (await gamingInTrials({ trials, runtime: { sandbox } })).map(described);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

function described({ kind, where, message }: GamingFinding): string {
  return `${kind}: ${where}: ${message}`;
}

function asked(gaming: GateEvidence["gaming"]): GateEvidence {
  return { ...UNASKED, deterministic: false, gaming };
}
