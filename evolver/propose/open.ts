/** The proposers that `agent.yaml` asks for, in its order, confined so that they know nothing of tasks and verifiers. */
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { Runtime } from "../../runtime/kernel/run/run-task.ts";
import { openProposerProcess } from "../process/proposers.ts";
import { codingAgent } from "./coding-agent/index.ts";
import type { Proposer } from "./proposer.ts";

export interface OpenProposers extends AsyncDisposable {
  readonly proposers: readonly Proposer[];
}

/**
 * Starts nothing before the first proposal is asked for. Disposed, no process of theirs is left.
 * @param env where the variables are looked up that a coding agent may have
 * @throws RatchetError (config) when a coding agent is to propose, and agent.yaml does not name it
 */
export function openProposers(
  { home, sandbox, model }: Runtime,
  env: Readonly<NodeJS.ProcessEnv> = globalThis.process.env,
): OpenProposers {
  const { evolution } = home.config;
  const confined = openProposerProcess({ sandbox, model, asking: evolution.model });
  return {
    proposers: evolution.proposers.map((name) => {
      if (name !== "coding-agent") return confined.proposer(name);
      const config = evolution.coding_agent;
      if (config === undefined)
        throw new RatchetError(
          "config",
          "agent.yaml: evolution.proposers names coding-agent, but evolution.coding_agent is missing",
          "Say there which command it is, or take coding-agent out of evolution.proposers.",
        );
      return codingAgent({ config, sandbox, home: home.dir, env });
    }),
    [Symbol.asyncDispose]: () => confined[Symbol.asyncDispose](),
  };
}
