/** What a tool is to the kernel. One file per tool; `host.ts` guards and runs them. */
import type { z } from "zod";
import type { Action, Capability } from "../../../guardrails/action.ts";
import type { Decision } from "../../../guardrails/policy.ts";
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import type { ToolResult } from "../protocol.ts";

export type { Capability };

/** All that a tool may touch. */
export interface ToolContext {
  /** Real path of the workspace on the host. */
  readonly workspace: string;
  /** Real path of the skills folder of the release, read-only for commands. */
  readonly skills: string;
  readonly sandbox: Sandbox;
  /** Hosts that `http` may reach besides those of guardrails.yaml, `*` within a label allowed. */
  readonly hosts: readonly string[];
  /** Services of the task: host name to the Unix socket where it listens. */
  readonly services: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  /** Files and folders that one search looks at; 200,000 when absent. */
  readonly maxEntries?: number;
}

/** What the host adds: for tools that find out on the way what else they touch, as a search or a redirect does. */
export interface GuardedContext extends ToolContext {
  permits(action: Action): Decision;
}

export interface Tool<Input = unknown> {
  readonly name: string;
  readonly description: string;
  readonly capability: Capability;
  readonly input: z.ZodType<Input>;
  /** What the permission patterns are matched against. */
  action(input: Input, context: ToolContext): Action;
  /** Never throws for what the model did wrong: that is a result with `is_error`. */
  run(input: Input, context: GuardedContext): Promise<ToolResult>;
}

/** A tool whose input type is forgotten, as the host keeps them. */
export type AnyTool = Pick<Tool, "name" | "description" | "capability"> & {
  readonly input: z.ZodType;
  prepare(input: unknown): Prepared;
};

/** A call whose input was understood, or why it was not. */
export type Prepared =
  | {
      readonly kind: "ready";
      action(context: ToolContext): Action;
      run(context: GuardedContext): Promise<ToolResult>;
    }
  | { readonly kind: "invalid"; readonly problem: string };
