/** The model that `agent.yaml` names. */
import type { AgentConfig } from "../config/agent-config.ts";
import { RatchetError } from "../error.ts";
import type { Model, Price } from "./model.ts";
import { requirePrice } from "./price.ts";

/**
 * @param env where credentials are looked up; nothing else is read from it
 * @throws RatchetError (config) when the model is not named or its price is unknown under a money cap
 */
export async function openModel(config: AgentConfig, env: NodeJS.ProcessEnv): Promise<Model> {
  const model = await create(config, env);
  requirePrice(model, config.budgets.usd ?? config.evolution.usd);
  return model;
}

async function create({ model }: AgentConfig, env: NodeJS.ProcessEnv): Promise<Model> {
  switch (model.provider) {
    case "procedure": {
      const { createProcedureModel } = await import("./procedure/model.ts");
      return createProcedureModel(
        model.context_tokens === undefined ? {} : { contextTokens: model.context_tokens },
      );
    }
    case "anthropic": {
      if (model.id === undefined) {
        throw new RatchetError(
          "config",
          "agent.yaml: model.id is missing",
          "Name the model, for example claude-sonnet-5-5.",
        );
      }
      const [{ createAnthropicModel }, { readCredentials }] = await Promise.all([
        import("./anthropic/client.ts"),
        import("./anthropic/credentials.ts"),
      ]);
      const credentials = readCredentials(env);
      const baseUrl = model.base_url ?? credentials.baseUrl;
      return createAnthropicModel({
        ...credentials,
        id: model.id,
        maxOutputTokens: model.output_tokens,
        ...(baseUrl !== undefined ? { baseUrl } : {}),
        ...(model.profile !== undefined ? { profile: model.profile } : {}),
        ...(model.context_tokens !== undefined ? { contextTokens: model.context_tokens } : {}),
        ...(model.price !== undefined ? { price: toPrice(model.price) } : {}),
      });
    }
    default:
      return model.provider satisfies never;
  }
}

function toPrice(price: NonNullable<AgentConfig["model"]["price"]>): Price {
  return {
    input: price.input,
    output: price.output,
    cacheRead: price.cache_read ?? price.input,
    cacheWrite: price.cache_write ?? price.input,
  };
}
