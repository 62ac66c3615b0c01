/** Asks the verifier of a run's task about what the run left. */
import type { Verification } from "../suite/verification.ts";
import { verifyTask } from "../suite/verify.ts";
import type { RunRequest, Runtime } from "./request.ts";
import type { SessionEnd } from "./session-end.ts";

/** Undefined when there is nothing to verify, or no longer anybody who wants to know. */
export async function verifyEnd(
  { sandbox }: Pick<Runtime, "sandbox">,
  { task, workspace, signal }: Pick<RunRequest, "task" | "workspace" | "signal">,
  end: SessionEnd,
): Promise<Verification | undefined> {
  if (task === undefined || end.status === "aborted" || signal.aborted) return undefined;
  if (end.obstructed === true) return { verdict: "error", detail: end.summary, ms: 0 };
  const found = await verifyTask({ task, workspace, sandbox, signal });
  if (signal.aborted) return undefined;
  // The check may hold before anything was done. A harness that fell over has not solved its task.
  if (end.status !== "crashed" || found.verdict !== "pass") return found;
  return { ...found, verdict: "fail", detail: `the check holds, but the run crashed\n${found.detail}` };
}
