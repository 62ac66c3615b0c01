/**
 * Any program that edits files, as a source of patches: it gets a copy of the genome and the evidence as text, in the sandbox and
 * for a limited time, and what it changed is read from the folder afterwards.
 */
import { basename } from "node:path";
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import type { AgentConfig } from "../../../runtime/kernel/config/agent-config.ts";
import { createScratch } from "../../../runtime/kernel/workspace/scratch.ts";
import type { FileEdit, Proposal } from "../../candidate.ts";
import { ProposerFailed, type ProposeContext, type Proposer } from "../proposer.ts";
import { rejectedEdits } from "../rejected.ts";
import { rungOf } from "../rung.ts";
import { fillFolder } from "./folder.ts";
import { readChanges } from "./changes.ts";
import { environmentOf } from "./environment.ts";
import { runAgent } from "./run.ts";

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

async function attempt(options: CodingAgentOptions, context: ProposeContext): Promise<Proposal> {
  const { config, sandbox } = options;
  if (!sandbox.full)
    throw new ProposerFailed(
      `the sandbox \`${sandbox.tier}\` does not confine a coding agent: it was not started`,
      0,
    );
  const cost = config.usd ?? 0;
  const env = environmentOf(config.env, options.env);
  if ("missing" in env)
    throw new ProposerFailed(`the variable ${env.missing} is not set: it was not started`, 0);
  await using scratch = await createScratch({ kind: "empty" });
  const given = await fillFolder(scratch.dir, context);
  const ran = await runAgent({
    ...options,
    folder: scratch.dir,
    variables: env.variables,
    signal: context.signal,
  });
  context.signal.throwIfAborted();
  if (ran.kind === "failed") throw new ProposerFailed(`${config.command[0]}: ${ran.message}`, cost);
  const changes = await readChanges(scratch.dir, given, context.paths);
  if (changes.kind === "refused") throw new ProposerFailed(changes.problems.join("; "), cost);
  const { edits } = changes;
  if (edits.length === 0)
    throw new ProposerFailed(`${config.command[0]} changed nothing: ${ran.lastLine}`, cost);
  refuseLeaks(edits, env.variables, cost);
  if (rejectedEdits(context)(edits))
    throw new ProposerFailed("it made a change that was rejected before", cost);
  const program = basename(config.command[0] ?? "");
  return {
    rung: rungOf(edits, context.paths),
    source: `coding-agent:${program}`,
    title: ran.title ?? `Change ${edits.map(({ path }) => path).join(", ")}`.slice(0, 72),
    rationale: ran.why ?? `${program} changed this and gave no reason`,
    edits,
    costUsd: cost,
  };
}

/** A key that the program was given must not become part of the genome. */
function refuseLeaks(
  edits: readonly FileEdit[],
  variables: Readonly<Record<string, string>>,
  cost: number,
): void {
  for (const [name, value] of Object.entries(variables))
    if (value.length >= SHORTEST_SECRET && edits.some(({ after }) => after.includes(value)))
      throw new ProposerFailed(`the value of ${name} stands in what it wrote`, cost);
}

/** Shorter values, such as `1` or `true`, are no secrets. */
const SHORTEST_SECRET = 8;
