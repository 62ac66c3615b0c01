/**
 * Any program that edits files, as a source of patches: it gets a copy of the genome and the evidence as text, in the sandbox and
 * for a limited time, and what it changed is read from the folder afterwards.
 */
import { basename } from "node:path";
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import { cleaner, redactor } from "../../../guardrails/secrets.ts";
import type { AgentConfig } from "../../../runtime/kernel/config/agent-config.ts";
import { messageOf } from "../../../runtime/kernel/error.ts";
import { createScratch } from "../../../runtime/kernel/workspace/scratch.ts";
import type { FileEdit, Proposal } from "../../candidate.ts";
import { ProposerFailed, type ProposeContext, type Proposer } from "../proposer.ts";
import { rejectedEdits } from "../rejected.ts";
import { rungOf } from "../rung.ts";
import { fillFolder } from "./folder.ts";
import { readChanges, type Changes } from "./changes.ts";
import { environmentOf } from "./environment.ts";
import { runAgent, type AgentRun } from "./run.ts";

export type CodingAgentConfig = NonNullable<AgentConfig["evolution"]["coding_agent"]>;

export interface CodingAgentOptions {
  readonly config: CodingAgentConfig;
  readonly sandbox: Sandbox;
  /** Folder of the home: nothing that holds it, or lies in it, is shown. */
  readonly home: string;
  /** Where allowed variables are looked up. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/**
 * `propose` throws {@link ProposerFailed} when the program fails, takes too long, changes nothing, or touches anything outside of
 * the genome; then nothing of what it did is taken. Where no sandbox confines it, it is not started.
 */
export function codingAgent(options: CodingAgentOptions): Proposer {
  const { config } = options;
  return {
    name: "coding-agent",
    isPaid: true,
    ...(config.usd === undefined ? { isUnpriced: true } : {}),
    propose: async (context) => [await attempt(options, context)],
  };
}

/** Whatever is said of the attempt goes to reports, to git and to the store: no value that the program was given is among it. */
async function attempt(options: CodingAgentOptions, context: ProposeContext): Promise<Proposal> {
  const { config, sandbox } = options;
  if (!sandbox.full)
    throw new ProposerFailed(
      `the sandbox \`${sandbox.tier}\` does not confine a coding agent: it was not started`,
      0,
    );
  const env = environmentOf(config.env, options.env);
  if ("missing" in env)
    throw new ProposerFailed(`the variable ${env.missing} is not set: it was not started`, 0);
  const clean = cleaner(secretsAmong(env.variables).map(([, value]) => value));
  const result = await resultOf({ ...options, variables: env.variables, clean }, context);
  if (typeof result === "string") throw new ProposerFailed(clean(result), config.usd ?? 0);
  return result;
}

/** A proposal, or why there is none. */
async function resultOf(
  options: CodingAgentOptions & Pick<AgentRun, "variables" | "clean">,
  context: ProposeContext,
): Promise<Proposal | string> {
  const { config, variables } = options;
  await using scratch = await createScratch({ kind: "empty" });
  const given = await fillFolder(scratch.dir, context);
  const ran = await runAgent({ ...options, folder: scratch.dir, signal: context.signal });
  context.signal.throwIfAborted();
  if (ran.kind === "failed") return `${config.command[0]}: ${ran.message}`;
  const changes = await readChanges(scratch.dir, given, context.paths).catch(unreadable);
  if (changes.kind === "refused") return changes.problems.join("; ");
  const { edits } = changes;
  if (edits.length === 0) return `${config.command[0]} changed nothing: ${ran.lastLine}`;
  const leak = leaked(edits, variables);
  if (leak !== undefined) return `the value of ${leak} stands in what it wrote`;
  if (rejectedEdits(context)(edits)) return "it made a change that was rejected before";
  const program = basename(config.command[0] ?? "");
  return {
    rung: rungOf(edits, context.paths),
    source: `coding-agent:${program}`,
    title: ran.title ?? `Change ${edits.map(({ path }) => path).join(", ")}`.slice(0, 72),
    rationale: ran.why ?? `${program} changed this and gave no reason`,
    edits,
    costUsd: config.usd ?? 0,
  };
}

/** A program may leave what no path can name, or what may not be opened. */
function unreadable(error: unknown): Changes {
  return { kind: "refused", problems: [`what it left cannot be read: ${messageOf(error).slice(0, SHOWN)}`] };
}

const SHOWN = 300;

/** Name of a variable whose value must not become part of the genome, and does, in a text or in a path, plain or encoded. */
function leaked(edits: readonly FileEdit[], variables: Readonly<Record<string, string>>): string | undefined {
  const texts = edits.flatMap(({ path, after }) => [path, after]);
  return secretsAmong(variables).find(([, value]) => {
    const find = redactor([value]);
    return texts.some((text) => find(text).found.includes("known-secret"));
  })?.[0];
}

/** Name and value of each. Shorter values, such as `1` or `true`, are no secrets. */
function secretsAmong(variables: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(variables).filter(([, value]) => value.length >= SHORTEST_SECRET);
}

const SHORTEST_SECRET = 8;
