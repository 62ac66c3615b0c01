import { describe, expect, test } from "vitest";
import { createAnthropicModel } from "../../../../../runtime/kernel/model/anthropic/client.ts";
import { PROFILE_NAMES, profileNamed } from "../../../../../runtime/kernel/model/anthropic/profiles.ts";
import type { ProfileName } from "../../../../../runtime/kernel/model/anthropic/profiles.ts";
import type { ModelRequest } from "../../../../../runtime/kernel/protocol.ts";
import { say } from "../../../../helpers/messages-server.ts";
import { KEY, setup, wireErrorOf } from "./support.ts";

const MARK = { type: "ephemeral" };
const TOOL = {
  name: "Read",
  description: "reads",
  input_schema: { properties: { path: { type: "string" } } },
};
const HISTORY: ModelRequest["messages"] = [
  { role: "user", content: "sum up a.csv" },
  {
    role: "assistant",
    content: [
      { type: "thinking", thinking: "look first", signature: "c2ln" },
      { type: "tool_use", id: "t1", name: "Read", input: { path: "a.csv" } },
    ],
  },
  { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "1\n2\n" }] },
];

describe("a request to the Claude API", () => {
  test("carries cache marks on the system, on the end and on the user turn before it", async () => {
    await using it = await setup([say("3")]);
    await it.send({ system: "be brief", tools: [TOOL], messages: HISTORY });
    expect(it.server.requests[0]?.body).toEqual({
      model: "claude-opus-5-5",
      max_tokens: 1000,
      stream: true,
      system: [{ type: "text", text: "be brief", cache_control: MARK }],
      tools: [
        {
          name: "Read",
          description: "reads",
          input_schema: { type: "object", properties: { path: { type: "string" } } },
        },
      ],
      messages: [
        { role: "user", content: [{ type: "text", text: "sum up a.csv", cache_control: MARK }] },
        HISTORY[1],
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "t1", content: "1\n2\n", cache_control: MARK }],
        },
      ],
    });
  });

  test("marks the tools when there is no system text", async () => {
    await using it = await setup([say("ok")]);
    await it.send({ tools: [TOOL, { ...TOOL, name: "Write" }] });
    const tools = it.server.requests[0]?.body["tools"];
    expect(tools).toMatchObject([{ name: "Read" }, { name: "Write", cache_control: MARK }]);
    expect(tools).not.toMatchObject([{ cache_control: MARK }, {}]);
  });

  test("has at most four cache marks, however long the history is", async () => {
    const turn = (role: "user" | "assistant", index: number) => ({ role, content: `${role} ${index}` });
    const messages = Array.from({ length: 41 }, (_, index) =>
      turn(index % 2 === 0 ? "user" : "assistant", index),
    );
    await using it = await setup([say("ok")]);
    await it.send({ system: "s", tools: [TOOL], messages });
    expect(JSON.stringify(it.server.requests[0]?.body).match(/cache_control/g)).toHaveLength(3);
  });

  test("sends the key as a bearer token and the SDK's version", async () => {
    await using it = await setup([say("ok")]);
    await it.send();
    expect(it.server.requests[0]?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      "anthropic-version": "2026-10-21",
    });
  });

  test("never asks for more than the home allows", async () => {
    await using it = await setup([say("a"), say("b")]);
    await it.send({ max_tokens: 50 });
    await it.send({ max_tokens: 50_000 });
    expect(it.server.requests.map(({ body }) => body["max_tokens"])).toEqual([50, 1000]);
  });

  test("forces a tool only on models that allow it", async () => {
    const forced: Partial<ModelRequest> = { tools: [TOOL], tool_choice: { type: "tool", name: "Read" } };
    await using current = await setup([say("a")]);
    await using older = await setup([say("a")], { id: "claude-haiku-4-5" });
    await current.send(forced);
    await older.send(forced);
    expect(current.server.requests[0]?.body["tool_choice"]).toEqual({ type: "auto" });
    expect(older.server.requests[0]?.body["tool_choice"]).toEqual(forced.tool_choice);
  });
});

describe("a request to another server", () => {
  test.each(PROFILE_NAMES)("%s gets only what it understands", async (name) => {
    const profile = profileNamed(name);
    await using it = await setup([say("3")], { profile: name, id: "some-model" });
    await it.send({ system: "be brief", tools: [TOOL], tool_choice: { type: "any" }, messages: HISTORY });
    const request = it.server.requests[0];
    const sent = JSON.stringify(request?.body);
    expect(sent.includes("cache_control")).toBe(profile.cacheControl);
    expect(sent.includes('"thinking"')).toBe(profile.thinking);
    expect(request?.body["tool_choice"]).toEqual(profile.toolChoice ? { type: "any" } : undefined);
    expect(request?.body["messages"]).toHaveLength(HISTORY.length);
    expect(request?.body).not.toHaveProperty("thread");
    expect(request?.headers["anthropic-version"]).toBe(name === "claude" ? "2026-10-21" : "2023-06-01");
  });

  test("leaves the tools out where `none` cannot be said", async () => {
    await using it = await setup([say("ok")], { profile: "ollama" });
    await it.send({ tools: [TOOL], tool_choice: { type: "none" } });
    expect(it.server.requests[0]?.body).not.toHaveProperty("tools");
  });

  test("sends no key when there is none, and headers as configured", async () => {
    await using it = await setup([say("ok")], {
      apiKey: " ",
      profile: "vllm",
      headers: { "X-Team": "blue" },
    });
    await it.send();
    expect(it.server.requests[0]?.headers).not.toHaveProperty("authorization");
    expect(it.server.requests[0]?.headers).not.toHaveProperty("x-api-key");
    expect(it.server.requests[0]?.headers["x-team"]).toBe("blue");
  });

  test("takes an Authorization header instead of a key", async () => {
    await using it = await setup([say("ok")], {
      apiKey: "",
      headers: { authorization: "Bearer from-header" },
    });
    await it.send();
    expect(it.server.requests[0]?.headers["authorization"]).toBe("Bearer from-header");
  });

  test.each(["/v1", "/v1/", "/"])("takes a base URL that ends in %s", async (end) => {
    await using it = await setup([say("ok")]);
    const model = await createAnthropicModel({
      id: "m",
      baseUrl: `${it.server.url}${end}`,
      maxOutputTokens: 10,
    });
    await model.create({ messages: [{ role: "user", content: "hi" }] }, new AbortController().signal);
    expect(it.server.requests[0]?.path).toBe("/v1/messages");
  });
});

describe("a model", () => {
  const make = (baseUrl: string | undefined, profile?: ProfileName) =>
    createAnthropicModel({
      id: "claude-haiku-5-5",
      apiKey: KEY,
      maxOutputTokens: 10,
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(profile === undefined ? {} : { profile }),
    });

  test.each([
    [undefined, "anthropic/claude-haiku-5-5", ""],
    ["https://openrouter.ai/api", "openrouter/claude-haiku-5-5", ""],
    ["http://localhost:11434", "ollama/claude-haiku-5-5", "guessed from port 11434"],
    ["http://localhost:8000", "vllm/claude-haiku-5-5", "guessed from port 8000"],
    ["http://localhost:30000", "sglang/claude-haiku-5-5", "guessed from port 30000"],
    ["http://localhost:8080", "llama-cpp/claude-haiku-5-5", "guessed from port 8080"],
    ["http://localhost:1234", "lm-studio/claude-haiku-5-5", "guessed from port 1234"],
    ["http://localhost:4000", "litellm/claude-haiku-5-5", "guessed from port 4000"],
    [
      "https://models.example.org",
      "generic/claude-haiku-5-5",
      "profile generic, because models.example.org is not known",
    ],
  ])("at %s is %s and says what was guessed", async (baseUrl, name, guess) => {
    const model = await make(baseUrl);
    expect(model.name).toBe(name);
    if (guess === "") expect(model.description).not.toContain("guess");
    expect(model.description).toContain(guess);
  });

  test("takes the profile that is named, without a guess", async () => {
    const model = await make("http://localhost:11434", "sglang");
    expect(model.name).toBe("sglang/claude-haiku-5-5");
    expect(model.description).not.toContain("guessed");
  });

  test("has a list price only at the Claude API", async () => {
    expect((await make(undefined)).price).toMatchObject({ input: 0.1, output: 0.5 });
    expect((await make("http://localhost:11434")).price).toBeUndefined();
  });

  test("takes price and context window from the configuration", async () => {
    const price = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
    const model = await createAnthropicModel({
      id: "qwen3-coder",
      baseUrl: "http://localhost:11434",
      maxOutputTokens: 10,
      contextTokens: 8192,
      price,
    });
    expect(model).toMatchObject({ price, contextTokens: 8192 });
  });

  test("refuses a base URL that is none", async () => {
    expect(await wireErrorOf(make("localhost:11434"))).toMatchObject({ code: "invalid_request" });
  });
});

test("middleware sees every request and may answer by itself", async () => {
  await using it = await setup([say("from the server")], {
    middleware: [
      async (request, next) => {
        const response = await next(request);
        return new Response((await response.text()).replace("from th", "FROM TH"), response);
      },
    ],
  });
  expect((await it.send()).content).toEqual([{ type: "text", text: "FROM THe server" }]);
});
