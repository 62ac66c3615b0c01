/** The two files of the constitution as a new home gets them. */
import { packageFile } from "../package.ts";

/** @param suite that cycles replay: a folder under tasks/, or one that is built in */
export function agentYaml(name: string, suite: string): string {
  return `# yaml-language-server: $schema=${packageFile("docs/schema/agent.schema.json")}
version: 1
name: ${JSON.stringify(name)}

# procedure: a deterministic stand-in that follows the skills it finds. It is no language model and needs no key.
# A real one:
#   model: { provider: anthropic, id: claude-sonnet-5-5 }                # key in ANTHROPIC_API_KEY
#   model: { provider: anthropic, id: qwen3, base_url: "http://127.0.0.1:11434", profile: ollama }
model:
  provider: procedure

# What one run may spend. \`usd\` needs a model whose price is known.
budgets:
  steps: 40
  tokens: 1000000
  seconds: 600

evolution:
  suite: ${suite} # tasks/<suite>, or \`chores\`, which is built in
  promotion: review # review: you promote; auto: what the gate accepts becomes the release
`;
}

export function guardrailsYaml(): string {
  return `# yaml-language-server: $schema=${packageFile("docs/schema/guardrails.schema.json")}
version: 1

# deny wins over ask, ask wins over allow. Commands run in a sandbox without network, with the workspace writable.
permissions:
  allow: []
  ask: []
  deny: []

network:
  hosts: [] # what the http tool may reach, for example api.example.com

# Text that every patch must keep, word for word.
invariants: []
`;
}
