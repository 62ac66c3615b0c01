/** The proposers that `agent.yaml` asks for, in its order, in a process that knows nothing of tasks and verifiers. */
import type { Runtime } from "../../runtime/kernel/run/run-task.ts";
import { openProposerProcess } from "../process/proposers.ts";
import type { Proposer } from "./proposer.ts";

export interface OpenProposers extends AsyncDisposable {
  readonly proposers: readonly Proposer[];
}

/** Starts nothing before the first proposal is asked for. Disposed, no process of theirs is left. */
export function openProposers({ home, sandbox, model }: Runtime): OpenProposers {
  const process = openProposerProcess({ sandbox, model, asking: home.config.evolution.model });
  return {
    proposers: home.config.evolution.proposers.map((name) => process.proposer(name)),
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}
