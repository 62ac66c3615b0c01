/** A home on disk: found, read, checked. Opening one writes nothing. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { AgentConfig } from "../config/agent-config.ts";
import { GuardrailsConfig } from "../config/guardrails-config.ts";
import { readYaml } from "../config/yaml-file.ts";
import { RatchetError } from "../error.ts";

export interface Home {
  /** Absolute path of the home, which is the top of a git work tree. */
  readonly dir: string;
  readonly config: AgentConfig;
  readonly guardrails: GuardrailsConfig;
  /** `.agent/`: store, snapshots, releases, reports. */
  readonly state: string;
}

/**
 * Opens the home at `dir` or in the nearest folder above it.
 * @throws RatchetError (config) when there is none, or when one of its files is not valid
 */
export async function openHome(dir: string): Promise<Home> {
  const found = findHome(resolve(dir));
  if (found === undefined) {
    throw new RatchetError(
      "config",
      `there is no agent.yaml in ${resolve(dir)} or above it`,
      "`agent init` makes a home here; --home DIR names one elsewhere.",
    );
  }
  const [config, guardrails] = await Promise.all([
    readYaml(join(found, "agent.yaml"), AgentConfig),
    readYaml(join(found, "guardrails.yaml"), GuardrailsConfig),
  ]);
  if (!existsSync(join(found, ".git"))) {
    throw new RatchetError(
      "config",
      `${found} is not the top of a git repository`,
      "Run `git init` there and commit.",
    );
  }
  // A link on the way to the home would be refused where parts of it are mounted.
  const real = realpathSync(found);
  return { dir: real, config, guardrails, state: join(real, ".agent") };
}

function findHome(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "agent.yaml"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
