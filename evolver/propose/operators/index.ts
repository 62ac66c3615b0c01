/** Template-based program repair for harness code: no language model, known shapes of known faults. */
import type { Proposal } from "../../candidate.ts";
import { asTraced, localise } from "../../analyse/localise/localise.ts";
import type { ProposeContext, Proposer } from "../proposer.ts";
import { answerEveryCall } from "./catalogue/answer-every-call.ts";
import { awaitPromise } from "./catalogue/await-promise.ts";
import { evidenceOf } from "./evidence.ts";
import type { Evidence } from "./evidence.ts";
import { guardUndefined } from "./catalogue/guard-undefined.ts";
import { headAndTail } from "./catalogue/head-and-tail.ts";
import { isolateThrow } from "./catalogue/isolate-throw.ts";
import { normaliseToolName } from "./catalogue/normalise-tool-name.ts";
import { nudgeSilence } from "./catalogue/nudge-silence.ts";
import type { Operator } from "./operator.ts";
import { editsOf, openProject } from "./project.ts";
import type { Project } from "./project.ts";
import { retryTransient } from "./catalogue/retry-transient.ts";
import { surfaceError } from "./catalogue/surface-error.ts";
import { widenLimit } from "./catalogue/widen-limit.ts";

export const OPERATORS: readonly Operator[] = [
  answerEveryCall,
  guardUndefined,
  isolateThrow,
  retryTransient,
  surfaceError,
  nudgeSilence,
  headAndTail,
  normaliseToolName,
  widenLimit,
  awaitPromise,
];

export interface OperatorOptions {
  /** Proposals for one cluster; 6 when absent. */
  readonly limit?: number;
  /** All of them when absent. */
  readonly among?: readonly Operator[];
}

/** Below this the evidence does not speak for the change. */
const LEAST_RANK = 0.05;

export function operators({ limit = 6, among = OPERATORS }: OperatorOptions = {}): Proposer {
  return {
    name: "operators",
    async propose(context) {
      const { cluster, passing, genome, paths } = context;
      const failing = cluster.failures.map(({ trace }) => trace);
      const ranking = await localise(failing, passing, asTraced(genome, paths.harness));
      const evidence = evidenceOf(cluster, passing, ranking);
      const chosen = among.filter((operator) => operator.appliesTo(evidence) >= LEAST_RANK);
      if (chosen.length === 0) return [];
      const project = await openProject(context.genome, context.paths.harness);
      const ranked = chosen
        .flatMap((operator) => proposalsOf(operator, project, evidence))
        .filter(({ rank }) => rank >= LEAST_RANK)
        .toSorted((a, b) => b.rank - a.rank)
        .map(({ proposal }) => proposal);
      return distinct(ranked, context).slice(0, limit);
    },
  };
}

function proposalsOf(
  operator: Operator,
  project: Project,
  evidence: Evidence,
): { rank: number; proposal: Proposal }[] {
  return operator.transform(project, evidence).flatMap(({ title, splices, fit }) => {
    const edits = editsOf(project, splices);
    if (!edits) return [];
    const proposal: Proposal = {
      rung: "harness",
      source: `operator:${operator.name}`,
      title,
      rationale: operator.rationale(evidence),
      edits,
      costUsd: 0,
    };
    return [{ rank: operator.appliesTo(evidence) * fit, proposal }];
  });
}

/** One proposal for each resulting text, and none that failed before. */
function distinct(proposals: readonly Proposal[], { rejected }: ProposeContext): Proposal[] {
  const seen = new Set(rejected.map(({ proposal }) => resultOf(proposal)));
  return proposals.filter((proposal) => {
    const result = resultOf(proposal);
    if (seen.has(result)) return false;
    seen.add(result);
    return true;
  });
}

function resultOf({ edits }: Proposal): string {
  return JSON.stringify(edits.map(({ path, after }) => [path, after]));
}
