/** `guardrails.yaml`: what the agent may do, and what of it may never change. */
import { z } from "zod";
import { HostPattern, parsePattern, PermissionPattern } from "../../../guardrails/pattern.ts";
import { closest } from "../closest.ts";

/** Tools that a rule may be about. A rule for any other would hold for nothing, and nobody would notice. */
export const TOOLS = ["bash", "read", "write", "edit", "grep", "glob", "http"] as const;

const Rule = PermissionPattern.superRefine((text, context) => {
  const pattern = parsePattern(text);
  if ("problem" in pattern || TOOLS.some((tool) => tool === pattern.tool)) return;
  const meant = closest(pattern.tool, TOOLS);
  const guess = meant === undefined ? `there are ${TOOLS.join(", ")}` : `did you mean "${meant}"?`;
  context.addIssue({ code: "custom", message: `"${text}": there is no tool "${pattern.tool}"; ${guess}` });
});

const patterns = z.array(Rule).default([]);

const Permissions = z
  .strictObject({ allow: patterns, ask: patterns, deny: patterns })
  .describe("deny wins over ask, ask wins over allow; ask without a terminal is deny");

const Network = z.strictObject({
  hosts: z
    .array(HostPattern)
    .default([])
    .describe("hosts that the http tool may reach; `*` stands within a label"),
});

/** Text that must be in a prompt file after every patch. */
const Invariant = z.strictObject({
  file: z.string().describe("prompt file, relative to the home"),
  text: z.string().min(1).describe("must occur in the file, word for word"),
});

export const GuardrailsConfig = z.strictObject({
  version: z.literal(1).describe("version of this file format"),
  permissions: Permissions.prefault({}),
  network: Network.prefault({}),
  invariants: z.array(Invariant).default([]),
});

export type GuardrailsConfig = z.infer<typeof GuardrailsConfig>;
