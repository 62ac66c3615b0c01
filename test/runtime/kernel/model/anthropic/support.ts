import { createAnthropicModel } from "../../../../../runtime/kernel/model/anthropic/client.ts";
import type { AnthropicModelOptions } from "../../../../../runtime/kernel/model/anthropic/client.ts";
import { ModelError } from "../../../../../runtime/kernel/model/model.ts";
import type { Model } from "../../../../../runtime/kernel/model/model.ts";
import type { ModelReply, ModelRequest, WireError } from "../../../../../runtime/kernel/protocol.ts";
import { startMessagesServer } from "../../../../helpers/messages-server.ts";
import type { MessagesServer, Script } from "../../../../helpers/messages-server.ts";

export const KEY = "sk-test-0123456789abcdef";

export interface Setup extends AsyncDisposable {
  readonly server: MessagesServer;
  readonly model: Model;
  /** Sends a request that is good enough where its content does not matter. */
  send(request?: Partial<ModelRequest>, signal?: AbortSignal): Promise<ModelReply>;
  /** The error that a call fails with; the test fails when it does not. */
  fail(request?: Partial<ModelRequest>, signal?: AbortSignal): Promise<WireError>;
}

/** A model in front of a scripted server. */
export async function setup(script: Script, options: Partial<AnthropicModelOptions> = {}): Promise<Setup> {
  const server = await startMessagesServer(script);
  const model = await createAnthropicModel({
    id: "claude-opus-5-5",
    apiKey: KEY,
    baseUrl: server.url,
    profile: "claude",
    maxOutputTokens: 1000,
    ...options,
  });
  const send: Setup["send"] = (request = {}, signal = new AbortController().signal) =>
    model.create({ messages: [{ role: "user", content: "hello" }], ...request }, signal);
  return {
    server,
    model,
    send,
    fail: (request, signal) => wireErrorOf(send(request, signal)),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

export async function wireErrorOf(promise: Promise<unknown>): Promise<WireError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ModelError) return error.wire;
    throw error;
  }
  throw new Error("expected a ModelError, but nothing was thrown");
}
