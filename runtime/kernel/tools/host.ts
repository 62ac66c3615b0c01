/** Answers tool calls: finds the tool, parses the input, asks the guard, runs. A call never throws. */
import { describeAction, type Action, type Capability } from "../../../guardrails/action.ts";
import { decide, withoutTerminal, type Decision, type Policy } from "../../../guardrails/policy.ts";
import { closest } from "../closest.ts";
import { messageOf } from "../error.ts";
import type { ToolCall, ToolResult } from "../protocol.ts";
import { failed } from "./result.ts";
import type { AnyTool, GuardedContext, ToolContext } from "./tool.ts";

export interface ToolHostOptions {
  readonly tools: readonly AnyTool[];
  readonly policy: Policy;
  readonly context: ToolContext;
  /** Asks a person; absent when there is no terminal, which makes every `ask` a deny. */
  readonly approve?: (question: string) => Promise<boolean>;
}

export interface Called {
  readonly result: ToolResult;
  readonly decision: Decision;
  readonly capability: Capability | "unknown";
}

/**
 * Does what was allowed, or gives the result that it had before.
 * @param outside whether the call reaches beyond this machine's part of the run: its workspace, its services
 */
export type CarryOut = (
  action: Action,
  outside: boolean,
  run: () => Promise<ToolResult>,
) => Promise<ToolResult>;

export interface ToolHost {
  /** Never rejects: whatever goes wrong is a result with `is_error`. `carryOut` is asked for allowed calls only. */
  call(call: ToolCall, carryOut?: CarryOut): Promise<Called>;
}

export function createToolHost(options: ToolHostOptions): ToolHost {
  const tools = new Map(options.tools.map((tool) => [tool.name, tool]));
  const context = guarded(options);
  return {
    async call({ name, input }, carryOut = (_action, _outside, run) => run()) {
      const tool = tools.get(name);
      if (tool === undefined) return unknownTool(name, [...tools.keys()]);
      try {
        return await callTool(tool, input, context, options, carryOut);
      } catch (error) {
        const decision: Decision = { verdict: "deny", rule: "error", reason: messageOf(error) };
        return {
          result: failed("failed", `${name} broke: ${messageOf(error)}`),
          decision,
          capability: tool.capability,
        };
      }
    },
  };
}

async function callTool(
  tool: AnyTool,
  input: unknown,
  context: HostContext,
  options: ToolHostOptions,
  carryOut: CarryOut,
): Promise<Called> {
  const { capability } = tool;
  const prepared = tool.prepare(input);
  if (prepared.kind === "invalid") {
    const decision: Decision = { verdict: "deny", rule: "input", reason: "the input is not valid" };
    return { result: failed("invalid_input", prepared.problem), decision, capability };
  }
  const action = prepared.action(context);
  const decision = await settle(action, decide(context.policy, action), options);
  if (decision.verdict !== "allow") {
    return { result: failed("denied", `not allowed: ${decision.reason}`), decision, capability };
  }
  try {
    const result = await carryOut(action, isOutside(action, context), () => prepared.run(context));
    return { result, decision, capability };
  } catch (error) {
    return {
      result: failed("failed", `${describeAction(action)} broke: ${messageOf(error)}`),
      decision,
      capability,
    };
  }
}

function isOutside(action: Action, { services }: ToolContext): boolean {
  return action.capability === "network" && !services.has(new URL(action.url).hostname);
}

/** Turns `ask` into what the person said. */
async function settle(action: Action, decision: Decision, { approve }: ToolHostOptions): Promise<Decision> {
  if (decision.verdict !== "ask") return decision;
  if (approve === undefined) return withoutTerminal(decision);
  return (await approve(`Allow ${describeAction(action)}? (${decision.rule})`))
    ? { verdict: "allow", rule: decision.rule, reason: "a person agreed" }
    : { verdict: "deny", rule: decision.rule, reason: "a person declined" };
}

interface HostContext extends GuardedContext {
  readonly policy: Policy;
}

/** The hosts of the policy, of the context and of the task's services are one list. */
function guarded({ policy, context }: ToolHostOptions): HostContext {
  const hosts = [...new Set([...policy.hosts, ...context.hosts])];
  const full: Policy = { ...policy, hosts: [...hosts, ...context.services.keys()] };
  return { ...context, hosts, policy: full, permits: (action) => withoutTerminal(decide(full, action)) };
}

function unknownTool(name: string, known: readonly string[]): Called {
  const meant = closest(name, known);
  const guess = meant === undefined ? "" : ` Did you mean ${meant}?`;
  const shown = name.length <= 100 ? name : `${name.slice(0, 100).toWellFormed()}…`;
  return {
    result: failed("unknown_tool", `unknown tool "${shown}". There are: ${known.join(", ")}.${guess}`),
    decision: { verdict: "deny", rule: "unknown_tool", reason: `unknown tool "${shown}"` },
    capability: "unknown",
  };
}
