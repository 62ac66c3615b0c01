/** What a run may still spend. The kernel enforces the limits; the harness counts to stop in good order before them. */
import type { Kernel, ModelReply, ModelRequest } from "ratchet-agent/protocol";

export interface Budget {
  /** Model calls that the kernel will serve. */
  readonly steps: number;
  used: number;
}

export function newBudget(steps: number): Budget {
  return { steps, used: 0 };
}

export function stepsLeft(budget: Budget): number {
  return Math.max(0, budget.steps - budget.used);
}

/** The only way to the model, so that every call is charged, the ones for summaries too. */
export async function callModel(kernel: Kernel, budget: Budget, request: ModelRequest): Promise<ModelReply> {
  // Before the answer: the kernel counts a call that fails, too.
  budget.used += 1;
  return kernel.model.create(request);
}
