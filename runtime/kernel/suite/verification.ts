/** What a verifier is given, and what it finds. */
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import type { TaskOnDisk } from "./task.ts";

export interface Verification {
  readonly verdict: "pass" | "fail" | "error";
  /** Each check with what was expected and what was found. */
  readonly detail: string;
  readonly ms: number;
}

export interface VerifyOptions {
  readonly task: TaskOnDisk;
  /** Real path of the folder that the run left. */
  readonly workspace: string;
  readonly sandbox: Sandbox;
  readonly signal: AbortSignal;
}

/** What became of one check. */
export interface Checked {
  readonly verdict: Verification["verdict"];
  readonly detail: string;
}
