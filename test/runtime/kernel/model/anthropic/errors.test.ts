import { describe, expect, test, vi } from "vitest";
import { createAnthropicModel } from "../../../../../runtime/kernel/model/anthropic/client.ts";
import {
  overloaded,
  promptTooLong,
  rateLimited,
  say,
  spendLimit,
  startMessagesServer,
  status,
} from "../../../../helpers/messages-server.ts";
import type { ScriptedReply } from "../../../../helpers/messages-server.ts";
import { KEY, setup, wireErrorOf } from "./support.ts";

const soon = { "retry-after-ms": "1" };
const thrice = (reply: ScriptedReply): ScriptedReply[] => [reply, reply, reply];

describe("an error status", () => {
  test.each<[string, ScriptedReply, { code: string; retryable: boolean }, number]>([
    [
      "401",
      status(401, "authentication_error", "invalid x-api-key"),
      { code: "authentication", retryable: false },
      1,
    ],
    ["403", status(403, "permission_error", "not for you"), { code: "authentication", retryable: false }, 1],
    ["404", status(404, "not_found_error", "model: nope"), { code: "not_found", retryable: false }, 1],
    ["429", rateLimited(soon), { code: "rate_limited", retryable: true }, 3],
    ["529", overloaded(), { code: "overloaded", retryable: true }, 3],
    [
      "500",
      status(500, "api_error", "Internal server error", soon),
      { code: "provider_error", retryable: true },
      3,
    ],
    ["504", status(504, "timeout_error", "too slow", soon), { code: "provider_error", retryable: true }, 3],
    [
      "400",
      status(400, "invalid_request_error", "tools.0: bad"),
      { code: "invalid_request", retryable: false },
      1,
    ],
    [
      "400 for too many output tokens, which is no overflow",
      status(
        400,
        "invalid_request_error",
        "max_tokens: 300000 > 128000, which is the maximum allowed number of output tokens",
      ),
      { code: "invalid_request", retryable: false },
      1,
    ],
    ["400 for a prompt that is too long", promptTooLong(), { code: "context_overflow", retryable: false }, 1],
    [
      "400 for prompt and output together",
      status(
        400,
        "invalid_request_error",
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
      ),
      { code: "context_overflow", retryable: false },
      1,
    ],
    [
      "400 of llama.cpp, by its type",
      status(400, "exceed_context_size_error", "request (9000 tokens) is larger"),
      { code: "context_overflow", retryable: false },
      1,
    ],
    [
      "400 of vLLM, by its text",
      status(
        400,
        "BadRequestError",
        "This model's maximum context length is 32768 tokens. However, you requested 40000.",
      ),
      { code: "context_overflow", retryable: false },
      1,
    ],
    [
      "413",
      status(413, "request_too_large", "Request exceeds the maximum size"),
      { code: "context_overflow", retryable: false },
      1,
    ],
    ["429 for a spend limit, by its code", spendLimit(), { code: "spend_limit", retryable: false }, 1],
    [
      "400 for a limit that the user set, by its text",
      status(
        400,
        "invalid_request_error",
        "You have reached your specified API usage limits. You will regain access on 2026-12-01.",
      ),
      { code: "spend_limit", retryable: false },
      1,
    ],
    [
      "402",
      status(402, "billing_error", "check your payment details"),
      { code: "spend_limit", retryable: false },
      1,
    ],
    [
      "a page of HTML from a proxy",
      { kind: "status", status: 502, type: "", message: "", body: "<html>Bad Gateway</html>", headers: soon },
      { code: "provider_error", retryable: true },
      3,
    ],
  ])("%s", async (_name, reply, expected, requests) => {
    await using it = await setup(thrice(reply));
    expect(await it.fail()).toMatchObject(expected);
    expect(it.server.requests).toHaveLength(requests);
  });

  test("is told with what the server said, its request id, and where it came from", async () => {
    await using it = await setup([status(400, "invalid_request_error", "tools.0: bad")]);
    expect((await it.fail()).message).toBe(
      `the Claude API at ${it.server.url} answered 400 invalid_request_error: tools.0: bad (request req_test)`,
    );
  });

  test("is cut when it is a book", async () => {
    await using it = await setup([status(400, "invalid_request_error", "x".repeat(100_000))]);
    expect((await it.fail()).message.length).toBeLessThan(2100);
  });
});

describe("retries", () => {
  test("stay inside the call until one succeeds, in order", async () => {
    await using it = await setup([rateLimited(soon), overloaded(), say("at last")]);
    expect((await it.send()).content).toEqual([{ type: "text", text: "at last" }]);
    expect(it.server.requests.map(({ headers }) => headers["x-stainless-retry-count"])).toEqual([
      "0",
      "1",
      "2",
    ]);
  });

  test("wait as long as the server asked for", async () => {
    await using it = await setup([rateLimited({ "retry-after": "0.173" }), say("ok")]);
    const timers = vi.spyOn(globalThis, "setTimeout");
    try {
      await it.send();
      expect(timers.mock.calls.map(([, ms]) => ms)).toContain(173);
    } finally {
      timers.mockRestore();
    }
    expect(it.server.requests).toHaveLength(2);
  });

  test("are left to the caller when the server asks for a long wait", async () => {
    await using it = await setup([rateLimited({ "retry-after": "3600" }), say("not reached")]);
    expect(await it.fail()).toMatchObject({
      code: "rate_limited",
      retryable: true,
      retry_after_ms: 3_600_000,
    });
    expect(it.server.requests).toHaveLength(1);
  });

  test("stop when the server says so", async () => {
    await using it = await setup([overloaded({ "x-should-retry": "false" }), say("not reached")]);
    expect(await it.fail()).toMatchObject({ code: "overloaded" });
    expect(it.server.requests).toHaveLength(1);
  });

  test("the error says what the server asked for last", async () => {
    await using it = await setup([rateLimited(soon), rateLimited(soon), rateLimited({ "retry-after": "7" })]);
    expect(await it.fail()).toMatchObject({ code: "rate_limited", retry_after_ms: 7000 });
  });

  test("an error that will come again names no wait", async () => {
    await using it = await setup([status(400, "invalid_request_error", "bad", { "retry-after": "7" })]);
    expect(await it.fail()).not.toHaveProperty("retry_after_ms");
  });
});

describe("a connection", () => {
  test("that is closed before an answer is tried again", async () => {
    await using it = await setup([{ kind: "drop", after: "nothing" }, say("ok")]);
    expect((await it.send()).content).toEqual([{ type: "text", text: "ok" }]);
    expect(it.server.requests).toHaveLength(2);
  });

  test("that nobody listens at is reported with the address", async () => {
    const server = await startMessagesServer([]);
    await server.close();
    const model = await createAnthropicModel({
      id: "m",
      baseUrl: server.url,
      profile: "ollama",
      maxOutputTokens: 10,
      maxRetries: 0,
    });
    const error = await wireErrorOf(
      model.create({ messages: [{ role: "user", content: "hi" }] }, new AbortController().signal),
    );
    expect(error).toMatchObject({ code: "connection", retryable: true });
    expect(error.message).toContain(`Ollama at ${server.url}`);
    expect(error.message).toContain("ECONNREFUSED");
  });

  test("that breaks in the middle of a reply is not tried again: it may have cost money", async () => {
    await using it = await setup([{ kind: "drop", after: 4 }, say("not reached")]);
    expect(await it.fail()).toMatchObject({ code: "connection", retryable: true });
    expect(it.server.requests).toHaveLength(1);
  });

  test("that ends cleanly before the reply is complete is reported too", async () => {
    await using it = await setup([{ kind: "truncate", after: 5, message: say("half a reply") }]);
    const error = await it.fail();
    expect(error).toMatchObject({ code: "connection", retryable: true });
    expect(error.message).toContain("ended before the reply was complete");
  });

  test("that stays silent before the answer times out", async () => {
    await using it = await setup([{ kind: "hang", at: "headers" }], { timeoutMs: 50, maxRetries: 0 });
    expect(await it.fail()).toMatchObject({ code: "connection", retryable: true });
  });

  test("that falls silent in the middle of the answer times out and is closed", async () => {
    await using it = await setup([{ kind: "hang", at: "body" }], { timeoutMs: 50 });
    const error = await it.fail();
    expect(error).toMatchObject({ code: "connection", retryable: true });
    expect(error.message).toContain("nothing arrived for 50 ms");
    await it.server.abandoned(1);
  });
});

describe("a stream", () => {
  test.each([
    ["overloaded_error", "overloaded"],
    ["rate_limit_error", "rate_limited"],
    ["api_error", "provider_error"],
  ])("with an error event %s fails as %s", async (type, code) => {
    await using it = await setup([{ kind: "error_event", type, message: "in the middle" }]);
    const error = await it.fail();
    expect(error).toMatchObject({ code, retryable: true });
    expect(error.message).toContain("in the middle");
    expect(it.server.requests).toHaveLength(1);
  });

  const start = 'event: message_start\ndata: {"type":"message_start","message":{"model":"m","usage":{}}}\n\n';
  test.each([
    ["an event that is not JSON", `${start}event: content_block_start\ndata: {"type": oops\n\n`],
    [
      "a delta without its block",
      `${start}event: x\ndata: {"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"a"}}\n\n`,
    ],
    [
      "a block of a kind that nobody asked for",
      `${start}event: x\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"image"}}\n\n`,
    ],
    [
      "no usage",
      `${start}event: x\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\nevent: x\ndata: {"type":"message_stop"}\n\n`,
    ],
    [
      "no stop reason",
      `${start}event: x\ndata: {"type":"message_delta","delta":{},"usage":{"output_tokens":1}}\n\nevent: x\ndata: {"type":"message_stop"}\n\n`,
    ],
  ])("with %s is a provider error", async (_name, body) => {
    await using it = await setup([{ kind: "raw", body }]);
    expect(await it.fail()).toMatchObject({ code: "provider_error", retryable: true });
  });

  test("that is no stream is a provider error that says what came instead", async () => {
    await using it = await setup([
      { kind: "raw", body: '{"type":"message"}', contentType: "application/json", stay: true },
    ]);
    const error = await it.fail();
    expect(error.code).toBe("provider_error");
    expect(error.message).toContain("application/json instead of an event stream");
    await it.server.abandoned(1);
  });
});

describe("an abort", () => {
  test("before the call sends nothing", async () => {
    await using it = await setup([say("not reached")]);
    expect(await it.fail({}, AbortSignal.abort())).toMatchObject({ code: "aborted", retryable: false });
    expect(it.server.requests).toHaveLength(0);
  });

  test.each(["headers", "body"] as const)(
    "while the server hangs (%s) ends the call and the connection",
    async (at) => {
      await using it = await setup([{ kind: "hang", at }]);
      const abort = new AbortController();
      const failing = it.fail({}, abort.signal);
      await it.server.received(1);
      abort.abort();
      expect(await failing).toMatchObject({ code: "aborted", retryable: false });
      await it.server.abandoned(1);
      expect(it.server.requests).toHaveLength(1);
    },
  );

  test("while waiting for a retry ends the wait", async () => {
    await using it = await setup([rateLimited({ "retry-after": "59" }), say("not reached")]);
    const abort = new AbortController();
    const timers = vi.spyOn(globalThis, "setTimeout");
    try {
      const failing = it.fail({}, abort.signal);
      await vi.waitFor(() => expect(timers.mock.calls.map(([, ms]) => ms)).toContain(59_000));
      abort.abort();
      expect(await failing).toMatchObject({ code: "aborted" });
    } finally {
      timers.mockRestore();
    }
    expect(it.server.requests).toHaveLength(1);
  });
});

describe("a key", () => {
  const echo: ScriptedReply = {
    kind: "status",
    status: 401,
    type: "authentication_error",
    message: `bad header Authorization: Bearer ${KEY}; base64 ${Buffer.from(KEY).toString("base64")}; cookie=s3ss10n-cookie; sk-ant-api03-somebodyelse`,
    headers: { "request-id": KEY },
  };

  test("never appears in an error, not even when the server echoes it", async () => {
    await using it = await setup([echo], { headers: { "X-Proxy-Token": "Basic s3ss10n-cookie" } });
    const error = await it.fail();
    const text = JSON.stringify(error);
    expect(text).not.toContain(KEY);
    expect(text).not.toContain(Buffer.from(KEY).toString("base64"));
    expect(text).not.toContain("s3ss10n-cookie");
    expect(text).not.toContain("somebodyelse");
    expect(error.message).toContain("Authorization: Bearer [redacted]");
    expect(error.message).toContain("check ANTHROPIC_API_KEY");
  });

  test("never appears in an error event or in what is printed", async () => {
    const printed = (["log", "info", "warn", "error", "debug"] as const).map((method) =>
      vi.spyOn(console, method),
    );
    vi.stubEnv("ANTHROPIC_LOG", "debug");
    try {
      await using it = await setup([
        { kind: "error_event", type: "api_error", message: `Bearer ${KEY}` },
        { kind: "raw", body: `event: message_start\ndata: {"Bearer ${KEY}\n\n` },
      ]);
      expect(JSON.stringify([await it.fail(), await it.fail()])).not.toContain(KEY);
      for (const spy of printed) expect(spy).not.toHaveBeenCalled();
    } finally {
      vi.unstubAllEnvs();
      for (const spy of printed) spy.mockRestore();
    }
  });

  test("in a base URL never appears either", async () => {
    await using it = await setup([]);
    const baseUrl = it.server.url.replace("//", "//me:hunter2hunter2@");
    const model = await createAnthropicModel({
      id: "m",
      baseUrl,
      profile: "ollama",
      maxOutputTokens: 10,
      maxRetries: 0,
    });
    const error = await wireErrorOf(
      model.create({ messages: [{ role: "user", content: "hi" }] }, new AbortController().signal),
    );
    expect(JSON.stringify([error, model.description])).not.toContain("hunter2");
  });

  test("that is a token is named as such", async () => {
    const server = await startMessagesServer([status(401, "authentication_error", "no")]);
    await using _ = server;
    const model = await createAnthropicModel({
      id: "claude-opus-5-5",
      authToken: "token-token-token",
      baseUrl: server.url,
      profile: "claude",
      maxOutputTokens: 10,
    });
    const error = await wireErrorOf(
      model.create({ messages: [{ role: "user", content: "hi" }] }, new AbortController().signal),
    );
    expect(error.message).toContain("The key was refused: check ANTHROPIC_AUTH_TOKEN");
    expect(server.requests[0]?.headers["authorization"]).toBe("Bearer token-token-token");
  });

  test("that is missing is an error before anything is sent", async () => {
    const error = await wireErrorOf(createAnthropicModel({ id: "claude-opus-5-5", maxOutputTokens: 10 }));
    expect(error).toMatchObject({ code: "authentication", retryable: false });
    expect(error.message).toContain("neither ANTHROPIC_API_KEY nor ANTHROPIC_AUTH_TOKEN is set");
  });
});
