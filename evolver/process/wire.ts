/**
 * What the cycle and its processes say to each other: JSON lines on the process's fd 3, one question at a time. Both ends
 * parse every line with these schemas.
 *
 * Cycle → process: `propose` or `check`, and an `answer` to each `ask`. Process → cycle: any number of `ask`, then
 * `proposed`, `checked` or `failed`.
 */
import { z } from "zod";
import { MAX_LINE_BYTES, ModelReply, ModelRequest, WireError } from "../../runtime/kernel/protocol.ts";
import { RUN_STATUSES, type RunRow } from "../../runtime/kernel/store/store.ts";
import { TrajectoryEvent } from "../../runtime/kernel/trajectory/events.ts";
import { KINDS } from "../failure.ts";

/** Longest line of the process, in bytes. Room for any patch that `guardrails/size.ts` would let through. */
export const LONGEST_TOLD = MAX_LINE_BYTES;
/** Longest line of the cycle, in bytes: traces of many runs. */
export const LONGEST_ASKED = 64 * 1024 * 1024;

export const ProposerName = z.enum(["distill", "operators", "model"]);
export type ProposerName = z.infer<typeof ProposerName>;

const FileEdit = z
  .object({ path: z.string().max(1000), before: z.string().optional(), after: z.string() })
  .transform(({ path, before, after }) => ({ path, before, after }));

const about = {
  rung: z.enum(["skill", "prompt", "harness"]),
  source: z.string().max(200),
  title: z.string().max(1000),
  rationale: z.string().max(10_000),
  costUsd: z.number().nonnegative(),
};
const Proposal = z.object({ ...about, edits: z.array(FileEdit).max(100).readonly() });

const at = z.int().nonnegative();
const Splice = z.strictObject({ path: z.string().max(1000), start: at, end: at, text: z.string() });
const CompactProposal = z.object({
  ...about,
  edits: z
    .array(z.union([Splice, FileEdit]))
    .max(100)
    .readonly(),
});
/** Proposals of one answer. */
const MOST_PROPOSALS = 5000;

// ---------------------------------------------------------------- the process says

const id = z.int().nonnegative();

const Finding = z
  .object({ check: z.string(), path: z.string(), line: z.int().optional(), message: z.string() })
  .transform(({ line, ...rest }) => ({ ...rest, ...(line === undefined ? {} : { line }) }));

/** What the process tells. Nothing in it is trusted: model text and genome text went through it. */
export const Told = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ask"), id, request: ModelRequest }),
  z.object({
    type: z.literal("proposed"),
    id,
    proposals: z.array(CompactProposal).max(MOST_PROPOSALS).readonly(),
  }),
  z.object({ type: z.literal("checked"), id, findings: z.array(Finding).max(10_000).readonly() }),
  z.object({ type: z.literal("failed"), id, message: z.string().max(10_000) }),
]);
export type Told = z.infer<typeof Told>;

// ---------------------------------------------------------------- the cycle says

const Outcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("verified"), pass: z.boolean() }),
  z.object({ kind: z.literal("feedback"), pass: z.boolean() }),
  z.object({ kind: z.literal("unknown") }),
]);

const Run = z.object({
  id: z.string(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  status: z.enum(RUN_STATUSES),
  purpose: z.enum(["live", "trial", "imported"]),
  task: z.string().nullable(),
  instruction: z.string(),
  release: z.string(),
  model: z.string(),
  workspace: z.string(),
  snapshot: z.string().nullable(),
  outcome: Outcome,
  steps: z.number(),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  costUsd: z.number().nullable(),
  pid: z.number(),
  source: z.object({ format: z.string(), id: z.string() }).exactOptional(),
}) satisfies z.ZodType<RunRow>;

const Trace = z.object({ run: Run, events: z.array(TrajectoryEvent) });

const Kind = z.enum(KINDS);
const Signature = z.object({ kind: Kind, template: z.string() });
const Hypothesis = z.object({
  step: z.number(),
  agent: z.string().exactOptional(),
  component: z.enum(["model", "skill", "prompt", "harness", "tool", "environment"]),
  category: Kind,
  score: z.number(),
  evidence: z.string(),
  against: z.string().exactOptional(),
  judged: z.string().exactOptional(),
});
const Failure = z.object({ trace: Trace, signature: Signature, hypotheses: z.array(Hypothesis) });

/** Texts by path. */
const Genome = z.array(z.tuple([z.string(), z.string()]));
const Paths = z.object({ harness: z.string(), prompts: z.string(), skills: z.string() });

const Correction = z.object({
  run: z.string(),
  at: z.string(),
  release: z.string(),
  instruction: z.string(),
  skills: z.array(z.string()),
  words: z.string(),
  kind: z.enum(["feedback", "next-instruction"]),
});
const HumanFix = z.object({
  commit: z.string(),
  at: z.string(),
  subject: z.string(),
  edits: z.array(FileEdit),
  ended: z.array(Signature),
});
const Knowledge = z.object({ corrections: z.array(Correction), history: z.array(HumanFix) });

/** A `ProposeContext` without its signal: to stop the process is to kill it. */
const Context = z.object({
  cluster: z.object({ id: z.string(), signature: Signature, title: z.string(), failures: z.array(Failure) }),
  passing: z.array(Trace),
  genome: Genome,
  paths: Paths,
  rejected: z.array(z.object({ proposal: Proposal, why: z.string() })),
  wanted: z.int().nonnegative().exactOptional(),
  knowledge: Knowledge.exactOptional(),
});

const Price = z.object({
  input: z.number(),
  output: z.number(),
  cacheRead: z.number(),
  cacheWrite: z.number(),
});

/** What a proposer may know of the home's model. The cycle charges what it cost; the price is for words about it. */
const ModelFacts = z.object({
  name: z.string(),
  description: z.string(),
  isLanguageModel: z.boolean(),
  deterministic: z.boolean(),
  contextTokens: z.number(),
  price: Price.optional(),
});

const ToPropose = z.object({
  type: z.literal("propose"),
  id,
  proposer: ProposerName,
  /** For the proposer `model`. */
  asking: z.object({ candidates: z.int().positive(), corrections: z.int().nonnegative() }),
  model: ModelFacts,
  context: Context,
});
export type ToPropose = z.infer<typeof ToPropose>;

const ToCheck = z.object({
  type: z.literal("check"),
  id,
  proposal: Proposal,
  genome: Genome,
  paths: Paths,
  withoutTypes: z.boolean().exactOptional(),
});
export type ToCheck = z.infer<typeof ToCheck>;

export const Question = z.discriminatedUnion("type", [ToPropose, ToCheck]);
export type Question = z.infer<typeof Question>;

export const Answer = z.union([
  z.object({ type: z.literal("answer"), id, reply: ModelReply }),
  z.object({ type: z.literal("answer"), id, error: WireError }),
]);
export type Answer = z.infer<typeof Answer>;

/** Lists of the evolver are read-only, those that zod has read are not. */
export type ReadOnly<T> = T extends (infer Item)[]
  ? readonly ReadOnly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: ReadOnly<T[Key]> }
    : T;
