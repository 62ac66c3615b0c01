/** What the kernel asks of a model. `anthropic/` and `procedure/` are the ones that ship. */
import type { ModelReply, ModelRequest, WireError } from "../protocol.ts";

/** Price in US dollars for a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** Some models cost more for the whole request, reply included, once its prompt (cached parts too) is longer. */
  readonly longPrompt?: LongPromptPrice;
}

export interface LongPromptPrice {
  readonly aboveTokens: number;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

export interface Model {
  /** `provider/id`, as it is recorded with each reply. */
  readonly name: string;
  /** One line for people: what answers here. The procedure model says that it is no language model. */
  readonly description: string;
  /** False when it follows a script, and can neither read evidence nor write code; absent, it can. */
  readonly isLanguageModel?: boolean;
  /** True when the same request always gets the same reply. */
  readonly deterministic: boolean;
  /** Undefined when the price is not known: such a model cannot run under a money cap. */
  readonly price: Price | undefined;
  /** Tokens that fit into one request, the reply included. */
  readonly contextTokens: number;
  /** @throws ModelError and nothing else. */
  create(request: ModelRequest, signal: AbortSignal): Promise<ModelReply>;
}

/** The model did not answer. Its fields go over the wire to the harness, so it never contains a key. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly wire: WireError;
  constructor(wire: WireError) {
    super(wire.message);
    this.wire = wire;
  }
}
