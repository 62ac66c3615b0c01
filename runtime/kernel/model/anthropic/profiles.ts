/** What each provider of the Messages API supports, so that one client serves them all. */

export const PROFILE_NAMES = [
  "claude",
  "ollama",
  "vllm",
  "sglang",
  "llama-cpp",
  "lm-studio",
  "litellm",
  "openrouter",
  "generic",
] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

export interface Profile {
  readonly name: ProfileName;
  /** What people call it. */
  readonly title: string;
  /** First part of the model's recorded name. */
  readonly provider: string;
  /** Understands `tool_choice`. Where it does not, the field is left out, and `none` leaves out the tools. */
  readonly toolChoice: boolean;
  /** Understands `cache_control`. */
  readonly cacheControl: boolean;
  /** Takes its own thinking blocks back in the history. Where it does not, they are left out of requests. */
  readonly thinking: boolean;
  /** Has `POST /v1/messages/count_tokens`. */
  readonly countTokens: boolean;
  /** Refuses requests without a key. */
  readonly needsKey: boolean;
  /** Value of the `anthropic-version` header; undefined sends the SDK's own. */
  readonly version: string | undefined;
  /** Context window assumed for a model that is not known and has none configured, in tokens. */
  readonly contextTokens: number;
}

/** A profile, and where it came from when nobody named it. */
export interface ChosenProfile {
  readonly profile: Profile;
  /** Empty when the choice is certain; otherwise a clause for people. */
  readonly guess: string;
}

/** The profile named in the configuration, or else the one that the base URL suggests. */
export function chooseProfile(name: ProfileName | undefined, baseUrl: URL): ChosenProfile {
  if (name !== undefined) return { profile: PROFILES[name], guess: "" };
  const byHost = KNOWN_HOSTS[baseUrl.hostname];
  if (byHost !== undefined) return { profile: PROFILES[byHost], guess: "" };
  const byPort = DEFAULT_PORTS[baseUrl.port];
  if (byPort !== undefined) {
    return { profile: PROFILES[byPort], guess: `profile ${byPort} guessed from port ${baseUrl.port}` };
  }
  return { profile: PROFILES.generic, guess: `profile generic, because ${baseUrl.host} is not known` };
}

export function profileNamed(name: ProfileName): Profile {
  return PROFILES[name];
}

/** Claude models whose thinking is always on refuse `tool_choice` of type `any` and `tool` with status 400. */
export function acceptsForcedTools(profile: Profile, modelId: string): boolean {
  if (!profile.toolChoice) return false;
  return !(profile.name === "claude" && /^claude-(?:\w+-5-5|fable-5|mythos-5)/.test(modelId));
}

/** Context window of a model in tokens. */
export function contextTokensOf(profile: Profile, modelId: string): number {
  return profile.name === "claude" && /^claude-\w+-5(?:-|$)/.test(modelId)
    ? 1_000_000
    : profile.contextTokens;
}

/** What servers other than Claude's were written against; the SDK's newer default is not known to them. */
const PINNED_VERSION = "2023-06-01";

const LOCAL = {
  needsKey: false,
  version: PINNED_VERSION,
  contextTokens: 32_768,
  cacheControl: false,
} as const;

const PROFILES: { readonly [K in ProfileName]: Profile } = {
  claude: {
    name: "claude",
    title: "the Claude API",
    provider: "anthropic",
    toolChoice: true,
    cacheControl: true,
    thinking: true,
    countTokens: true,
    needsKey: true,
    version: undefined,
    contextTokens: 200_000,
  },
  // Ollama cuts prompts silently at its own num_ctx: configure both alike.
  ollama: local("ollama", "Ollama", { toolChoice: false, thinking: true, countTokens: false }),
  vllm: local("vllm", "vLLM", { toolChoice: true, thinking: false, countTokens: true }),
  sglang: local("sglang", "SGLang", { toolChoice: true, thinking: false, countTokens: true }),
  // llama.cpp needs to be started with --jinja for tools.
  "llama-cpp": local("llama-cpp", "llama.cpp", { toolChoice: true, thinking: false, countTokens: true }),
  "lm-studio": local("lm-studio", "LM Studio", { toolChoice: true, thinking: false, countTokens: false }),
  // The two gateways translate caching and thinking for the models behind them.
  litellm: {
    ...local("litellm", "LiteLLM", { toolChoice: true, thinking: true, countTokens: true }),
    cacheControl: true,
  },
  openrouter: {
    ...local("openrouter", "OpenRouter", { toolChoice: true, thinking: true, countTokens: false }),
    cacheControl: true,
    needsKey: true,
  },
  // A server that sends thinking blocks can be expected to take them back; extra fields it may refuse.
  generic: local("generic", "the model server", { toolChoice: true, thinking: true, countTokens: false }),
};

function local(
  name: ProfileName,
  title: string,
  support: Pick<Profile, "toolChoice" | "thinking" | "countTokens">,
): Profile {
  return { name, title, provider: name, ...LOCAL, ...support };
}

const KNOWN_HOSTS: Readonly<Record<string, ProfileName>> = {
  "api.anthropic.com": "claude",
  "openrouter.ai": "openrouter",
};

const DEFAULT_PORTS: Readonly<Record<string, ProfileName>> = {
  "11434": "ollama",
  "8000": "vllm",
  "30000": "sglang",
  "8080": "llama-cpp",
  "1234": "lm-studio",
  "4000": "litellm",
};
