/**
 * Distillation without a model. Four sources: how runs got over an error, what people said of runs, what passing runs do that
 * failing ones do not, what people changed in the genome. It becomes a skill, a step or a default of a skill, or a lesson.
 */
import type { Proposal } from "../../candidate.ts";
import type { ProposeContext, Proposer } from "../proposer.ts";
import { rejectedEdits } from "../rejected.ts";
import { fromContrast } from "./from-contrast.ts";
import { fromCorrections } from "./from-corrections.ts";
import { fromHistory } from "./from-history.ts";
import { fromRecoveries } from "./from-recoveries.ts";

export interface DistillOptions {
  /** Pieces of knowledge from one source for one cluster; 3 when absent. Each may be proposed for several places. */
  readonly limit?: number;
}

/** What was proved in runs first, and of people's words and deeds those that were meant for the agent first. */
const SOURCES: readonly ((context: ProposeContext, limit: number) => Proposal[])[] = [
  fromRecoveries,
  fromCorrections,
  fromContrast,
  fromHistory,
];

export function distiller({ limit = 3 }: DistillOptions = {}): Proposer {
  return {
    name: "distill",
    async propose(context) {
      const wasRejected = rejectedEdits(context);
      return SOURCES.flatMap((source) => source(context, limit)).filter(({ edits }) => !wasRejected(edits));
    },
  };
}
