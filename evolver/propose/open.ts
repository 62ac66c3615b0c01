/** The proposers that `agent.yaml` asks for, in its order. */
import type { Runtime } from "../../runtime/kernel/run/run-task.ts";
import { distiller } from "./distill/index.ts";
import { modelProposer } from "./model/index.ts";
import { operators } from "./operators/index.ts";
import type { Proposer } from "./proposer.ts";

export function openProposers({ home, model }: Runtime): Proposer[] {
  return home.config.evolution.proposers.map((name) => {
    switch (name) {
      case "distill":
        return distiller();
      case "operators":
        return operators();
      case "model":
        return modelProposer({ model });
      default:
        return name satisfies never;
    }
  });
}
