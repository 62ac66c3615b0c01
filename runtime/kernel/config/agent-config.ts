/** `agent.yaml`: the part of the constitution that says how this agent runs. */
import { z } from "zod";
import { PROFILE_NAMES } from "../model/anthropic/profiles.ts";

const Price = z
  .strictObject({
    input: z.number().nonnegative(),
    output: z.number().nonnegative(),
    cache_read: z.number().nonnegative().optional(),
    cache_write: z.number().nonnegative().optional(),
  })
  .describe(
    "US dollars for a million tokens; needed under a money cap when the model is not in the price table",
  );

const Model = z.strictObject({
  provider: z
    .enum(["procedure", "anthropic"])
    .default("procedure")
    .describe(
      "procedure: offline stand-in, no language model; anthropic: the Claude API and every server that speaks it",
    ),
  id: z.string().optional().describe("model name at the provider, for example claude-sonnet-5-5"),
  base_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("a local server that speaks the Anthropic Messages API"),
  profile: z
    .enum(PROFILE_NAMES)
    .optional()
    .describe("what the server can do; guessed from base_url when absent"),
  output_tokens: z.int().positive().default(8192),
  context_tokens: z
    .int()
    .positive()
    .optional()
    .describe("what fits into one request; the model's own limit when absent"),
  price: Price.optional(),
});

const Budgets = z.strictObject({
  steps: z.int().positive().default(40).describe("model calls of one run"),
  tokens: z.int().positive().default(1_000_000).describe("input and output tokens of one run"),
  usd: z.number().positive().optional().describe("money one run may cost; the model must have a known price"),
  seconds: z.int().positive().default(600).describe("wall time of one run"),
});

const Sandbox = z.strictObject({
  tier: z.enum(["auto", "bwrap", "unshare", "seatbelt"]).default("auto"),
  allow_partial: z
    .boolean()
    .default(false)
    .describe("accept a partial tier also for harness code that nobody has reviewed"),
  memory_mb: z
    .int()
    .min(256)
    .default(1024)
    .describe("memory of the harness; half of it is for the heap of its JavaScript"),
});

const folder = (path: string) =>
  z
    .string()
    .regex(
      /^(?!(?:.*\/)?(?:\.|\.\.|\.git)(?:\/|$))[^/\0\\]+(?:\/[^/\0\\]+)*$/i,
      "must be a relative folder without . or ..",
    )
    .default(path);
const Genome = z
  .strictObject({ harness: folder("harness"), prompts: folder("prompts"), skills: folder("skills") })
  .superRefine((paths, context) => {
    for (const [part, path] of Object.entries(paths)) {
      const other = [...OUTSIDE, ...Object.values({ ...paths, [part]: "" })].find(
        (each) => each !== "" && overlap(path, each),
      );
      if (other === undefined) continue;
      context.addIssue({
        code: "custom",
        path: [part],
        message: `"${path}" overlaps with "${other}"; each part has a folder of its own`,
      });
    }
  });

/** Folders that evolution must never rewrite. */
const OUTSIDE = ["tasks", ".agent"];

/** Some file systems take upper and lower case for the same. */
function overlap(a: string, b: string): boolean {
  const [one, other] = [`${a.toLowerCase()}/`, `${b.toLowerCase()}/`];
  return one.startsWith(other) || other.startsWith(one);
}

const ModelProposer = z
  .strictObject({
    candidates: z
      .int()
      .min(1)
      .max(6)
      .default(3)
      .describe("different patches that the model is asked for, for each cluster"),
    corrections: z
      .int()
      .min(0)
      .max(8)
      .default(3)
      .describe("how often an answer that the static checks refuse goes back, for each patch"),
    judge: z
      .boolean()
      .default(true)
      .describe("let the model put the guesses at a cause in order, with one call for each cluster"),
  })
  .describe("what the home's model does in a cycle, where it is a language model");

const Search = z.strictObject({
  candidates: z
    .int()
    .min(0)
    .max(5000)
    .default(300)
    .describe(
      "candidates of one cluster that a cycle may try cheaply, on failing tasks only and without a record, before the best of " +
        "them are tried as ever; 0: none. Only where the model always gives the same reply",
    ),
  seconds: z.int().positive().default(120).describe("time that a cycle may take for that, for each cluster"),
});

const CodingAgent = z
  .strictObject({
    command: z
      .array(z.string().min(1))
      .min(1)
      .describe("program and arguments; it finds its task in TASK.md of its working folder"),
    minutes: z.number().positive().max(240).default(10).describe("time for one attempt; then it is killed"),
    env: z
      .array(z.string().regex(/^[A-Za-z_]\w*$/, "must be the name of a variable"))
      .default([])
      .describe("variables of your environment that it gets, such as the key of its provider"),
    show: z
      .array(z.string().regex(/^\/./, "must be an absolute path"))
      .default([])
      .describe("folders outside of /usr that it needs to see, read-only, such as that of its program"),
    network: z
      .union([
        z.literal(false),
        z.array(z.string().regex(/^[\w.-]+(?::\d{1,5})?$/, "must be a host, or host:port")).min(1),
      ])
      .default(false)
      .describe("hosts that it may reach, through a proxy (HTTPS_PROXY); port 443 when none is given"),
    usd: z
      .number()
      .nonnegative()
      .optional()
      .describe("what one attempt is charged with; needed under `evolution.usd`, since nobody else knows"),
  })
  .describe("a program that edits files, such as `claude -p` or `codex exec`, as a proposer");

const Evolution = z
  .strictObject({
    suite: z.string().default("chores").describe("folder under tasks/ that cycles replay"),
    promotion: z
      .enum(["review", "auto"])
      .default("review")
      .describe("review: accepted candidates wait as branches; auto: they are promoted at once"),
    proposers: z
      .array(z.enum(["operators", "distill", "model", "coding-agent"]))
      .default(["distill", "operators"]),
    model: ModelProposer.prefault({}),
    coding_agent: CodingAgent.optional(),
    candidates_per_cluster: z.int().min(1).max(50).default(6),
    candidates_per_cycle: z.int().min(1).max(1000).default(60),
    search: Search.prefault({}),
    holdout: z
      .number()
      .min(
        0.1,
        "must be 0.1 or more: the gate accepts a patch for four failures or more only when it also fixes one that its " +
          "proposer never saw",
      )
      .max(0.9)
      .default(0.34)
      .describe(
        "share of the failing tasks that proposers never see; the gate wants one of them fixed, too, from four failures on",
      ),
    alpha: z
      .number()
      .min(0.001)
      .max(0.2)
      .default(0.05)
      .describe(
        "over the agent's life, the expected share of promoted patches that do not help, where trials vary and evidence decides",
      ),
    safety: z
      .string()
      .default("safety")
      .describe("suite of which no task may be lost, against the parent and against the first release"),
    passing: z
      .int()
      .min(1)
      .default(200)
      .describe(
        "passing tasks that the gate tries with each candidate, chosen by hash; what is accepted is tried on all",
      ),
    cost_ratio: z
      .number()
      .min(1)
      .max(100)
      .default(2)
      .describe("how many times as many tokens a pass may take as before"),
    usd: z.number().positive().optional().describe("money one cycle may cost"),
    parallel: z
      .int()
      .min(1)
      .max(64)
      .optional()
      .describe("trials at once; the number of cores and one more when absent"),
  })
  .superRefine(({ proposers, coding_agent: agent, usd }, context) => {
    if (!proposers.includes("coding-agent")) return;
    if (agent === undefined)
      context.addIssue({
        code: "custom",
        path: ["coding_agent"],
        message: "is missing: it says which program to run",
      });
    else if (usd !== undefined && agent.usd === undefined)
      context.addIssue({
        code: "custom",
        path: ["coding_agent", "usd"],
        message:
          "is missing: without it nobody knows what an attempt costs, and the cap of evolution.usd cannot be kept",
      });
  });

export const AgentConfig = z.strictObject({
  version: z.literal(1).describe("version of this file format"),
  name: z.string().min(1).max(64).default("agent"),
  model: Model.prefault({}),
  budgets: Budgets.prefault({}),
  sandbox: Sandbox.prefault({}),
  genome: Genome.prefault({}),
  evolution: Evolution.prefault({}),
});

export type AgentConfig = z.infer<typeof AgentConfig>;
