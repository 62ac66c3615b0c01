/** What every run of a process shares, opened for a home. */
import { join } from "node:path";
import { detectSandbox } from "../../../guardrails/sandbox/detect.ts";
import { cleaner } from "../../../guardrails/secrets.ts";
import type { Home } from "../home/home.ts";
import { openModel } from "../model/open.ts";
import { openSqliteStore } from "../store/sqlite.ts";
import { secretsOf } from "./env-secrets.ts";
import type { Runtime } from "./request.ts";

/** Which sandboxes will do, besides the full tiers. */
export interface SandboxChoice {
  /** For code that a person has reviewed; agent.yaml may allow it for all code. */
  readonly allowPartial?: boolean;
  /** Nothing is confined then: only on a person's explicit word. */
  readonly allowNone?: boolean;
}

/**
 * @param env where credentials are looked up
 * @throws RatchetError or NoSandbox when the model, the store or a sandbox is not to be had
 */
export async function openRuntime(
  home: Home,
  env: NodeJS.ProcessEnv,
  { allowPartial = false, allowNone = false }: SandboxChoice = {},
): Promise<Runtime> {
  const { tier, allow_partial } = home.config.sandbox;
  const [model, sandbox] = await Promise.all([
    openModel(home.config, env),
    detectSandbox({ tier, allowPartial: allowPartial || allow_partial, allowNone }),
  ]);
  const store = openSqliteStore(join(home.state, "store.db"));
  return { home, model, sandbox, store, redact: cleaner(secretsOf(env)) };
}
