/**
 * A real HTTP server that speaks the Messages API, streaming included, from a script: for every test that needs a model
 * behind a network. Nothing is mocked; the client under test is the one that ships.
 *
 *     await using server = await startMessagesServer([
 *       say("I will look.", call("Read", { path: "a.txt" })),   // first request
 *       rateLimited({ "retry-after-ms": "20" }),                // second
 *       say("done"),                                            // third
 *     ]);
 *     const model = await createAnthropicModel({ id: "m", apiKey: "k", baseUrl: server.url, maxOutputTokens: 1000 });
 *     …
 *     expect(server.requests[0].body.messages).toEqual(…);
 *
 * The script is a list, one reply for each request (retries are requests too), or a function from the recorded request
 * to a reply, for tests in which the model has to react to what it sees. A request beyond the end of the list is
 * answered with status 400 and says so. By hand: `ANTHROPIC_BASE_URL=<server.url> ANTHROPIC_API_KEY=x agent run …`.
 *
 * Like the Claude API, the server refuses with status 400 what would be refused there: empty text blocks, tool input
 * that is not an object, a call without its result in the next message, a result without a call. So a test with this
 * server also proves that the history was well formed.
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { refusal } from "./messages-rules.ts";
import { errorBody, messageEvents } from "./messages-wire.ts";
import type { ScriptedBlock } from "./messages-wire.ts";

export type { ScriptedBlock } from "./messages-wire.ts";

export interface ScriptedMessage {
  readonly kind: "message";
  readonly content: readonly ScriptedBlock[];
  /** `tool_use` when there is a call, and otherwise `end_turn`. */
  readonly stop_reason?: string;
  /** 10 tokens in and 5 out by default. */
  readonly usage?: Readonly<Record<string, number>>;
  /** Name of the model that answers; by default the one that was asked for. */
  readonly model?: string;
  /** Characters in each streamed fragment; 7 by default, so that most texts and inputs arrive in pieces. */
  readonly fragment?: number;
}

export type ScriptedReply =
  | ScriptedMessage
  /** An error status. `body` replaces the usual error body, for servers that word it differently. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly type: string;
      readonly message: string;
      readonly code?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Status 200, then an error event in the middle of the stream. */
  | { readonly kind: "error_event"; readonly type: string; readonly message: string }
  /** Closes the connection: before it answers, or after so many events of `message`. */
  | { readonly kind: "drop"; readonly after: "nothing" | number; readonly message?: ScriptedMessage }
  /** Ends the response cleanly after so many events of `message`. */
  | { readonly kind: "truncate"; readonly after: number; readonly message: ScriptedMessage }
  /** Sends this text as the response body, with status 200, and with `stay` keeps the response open after it. */
  | { readonly kind: "raw"; readonly body: string; readonly contentType?: string; readonly stay?: boolean }
  /** Never answers (`headers`), or stops after the first event (`body`), until the client goes away. */
  | { readonly kind: "hang"; readonly at: "headers" | "body" };

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON body. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface MessagesServer extends AsyncDisposable {
  /** Base URL, for `baseUrl` or `ANTHROPIC_BASE_URL`. */
  readonly url: string;
  readonly port: number;
  /** All requests so far, in the order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Resolves when so many requests have arrived. */
  received(count: number): Promise<void>;
  /** Resolves when the client has left so many requests before their end. */
  abandoned(count: number): Promise<void>;
  close(): Promise<void>;
}

export type Script = readonly ScriptedReply[] | ((request: RecordedRequest, index: number) => ScriptedReply);

/** Starts a server on a free port of 127.0.0.1. Close it, or declare it with `await using`. */
export async function startMessagesServer(script: Script): Promise<MessagesServer> {
  const requests: RecordedRequest[] = [];
  const received = counter();
  const abandoned = counter();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("close", () => {
      if (!response.writableFinished) abandoned.add();
    });
    const recorded = await record(request);
    const index = requests.push(recorded) - 1;
    received.add();
    await play(replyTo(recorded, index, script), recorded, response);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("messages-server: no port");

  async function close(): Promise<void> {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    requests,
    received: received.reaches,
    abandoned: abandoned.reaches,
    close,
    [Symbol.asyncDispose]: close,
  };
}

// ---------------------------------------------------------------- replies by name

/** A message: strings are text blocks. */
export function say(...content: readonly (string | ScriptedBlock)[]): ScriptedMessage {
  return {
    kind: "message",
    content: content.map((block) => (typeof block === "string" ? { type: "text", text: block } : block)),
  };
}

/** A tool call. A string as input is streamed as it is, so it can be JSON that is broken or cut off. */
export function call(name: string, input: unknown, id = "toolu_01"): ScriptedBlock {
  return typeof input === "string"
    ? { type: "tool_use", id, name, input: {}, raw_input: input }
    : { type: "tool_use", id, name, input };
}

export function status(
  code: number,
  type: string,
  message: string,
  headers: Record<string, string> = {},
): ScriptedReply {
  return { kind: "status", status: code, type, message, headers };
}

/** Status 429. Say how long to wait with `retry-after` (seconds) or `retry-after-ms`. */
export function rateLimited(headers: Record<string, string>): ScriptedReply {
  return status(429, "rate_limit_error", "This request would exceed your rate limit.", headers);
}

/** Status 529. Waits one millisecond before a retry unless told otherwise. */
export function overloaded(headers: Record<string, string> = { "retry-after-ms": "1" }): ScriptedReply {
  return status(529, "overloaded_error", "Overloaded", headers);
}

/** Status 429 of an organisation that reached its tier's spend limit: no `retry-after`, and no use in retrying. */
export function spendLimit(): ScriptedReply {
  return {
    kind: "status",
    status: 429,
    type: "rate_limit_error",
    code: "enforced_spend_limit_reached",
    message: "Your organization has reached its monthly spend limit.",
  };
}

/** Status 400 of the Claude API for a prompt that does not fit. */
export function promptTooLong(): ScriptedReply {
  return status(400, "invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum");
}

// ---------------------------------------------------------------- playing a reply

function replyTo(request: RecordedRequest, index: number, script: Script): ScriptedReply {
  if (request.method !== "POST" || request.path !== "/v1/messages") {
    return status(404, "not_found_error", `messages-server: no ${request.method} ${request.path} here`);
  }
  const refused = refusal(request.body);
  if (refused !== undefined) return status(400, "invalid_request_error", refused);
  if (typeof script === "function") return script(request, index);
  const reply = script[index];
  if (reply !== undefined) return reply;
  const message = `messages-server: the script has ${script.length} replies, and this is request ${index + 1}`;
  return status(400, "invalid_request_error", message);
}

async function play(reply: ScriptedReply, request: RecordedRequest, response: ServerResponse): Promise<void> {
  switch (reply.kind) {
    case "message":
      return stream(response, messageEvents(reply, request.body), "end");
    case "status": {
      const headers = { "content-type": "application/json", "request-id": "req_test", ...reply.headers };
      response.writeHead(reply.status, headers);
      response.end(reply.body ?? errorBody(reply));
      return;
    }
    case "error_event": {
      const start = messageEvents(say("some text"), request.body).slice(0, 3);
      return stream(response, [...start, `event: error\ndata: ${errorBody(reply)}\n\n`], "end");
    }
    case "drop":
      if (reply.after === "nothing") {
        response.destroy();
        return;
      }
      return stream(
        response,
        messageEvents(reply.message ?? say("some text"), request.body, reply.after),
        "drop",
      );
    case "truncate":
      return stream(response, messageEvents(reply.message, request.body, reply.after), "end");
    case "raw":
      response.writeHead(200, { "content-type": reply.contentType ?? "text/event-stream" });
      response.write(reply.body);
      if (reply.stay !== true) response.end();
      return;
    case "hang":
      if (reply.at === "headers") return;
      return stream(response, messageEvents(say("never"), request.body, 1), "stay");
  }
}

/** Each event is written and flushed by itself, so that the client sees them apart. */
async function stream(
  response: ServerResponse,
  events: readonly string[],
  end: "end" | "drop" | "stay",
): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  for (const event of events) await new Promise<void>((resolve) => response.write(event, () => resolve()));
  if (end === "end") response.end();
  if (end === "drop") response.destroy();
}

async function record(request: IncomingMessage): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: request.method ?? "",
    path: new URL(request.url ?? "/", "http://127.0.0.1").pathname,
    headers: Object.fromEntries(headers),
    body: parseObject(Buffer.concat(chunks).toString("utf8")),
  };
}

function parseObject(text: string): Record<string, unknown> {
  const parsed: unknown = text === "" ? {} : JSON.parse(text);
  return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
}

function counter(): { add(): void; reaches(count: number): Promise<void> } {
  let value = 0;
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  return {
    add() {
      value += 1;
      for (const { count, resolve } of waiting) if (value >= count) resolve();
    },
    reaches(count) {
      return value >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve }));
    },
  };
}
