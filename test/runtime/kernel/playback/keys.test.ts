/** By what requests are known again. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { cleaner } from "../../../../guardrails/secrets.ts";
import type { Message, ModelRequest } from "../../../../runtime/kernel/protocol.ts";
import { callKey, createRequestKeys } from "../../../../runtime/kernel/playback/keys.ts";

const redact = cleaner([]);
const restOf = (request: ModelRequest): string => JSON.stringify({ ...request, messages: undefined });
const keyOf = (request: ModelRequest): string => createRequestKeys(redact).next(request, 0, restOf(request));

const turn = (id: string, more: { thought?: string; signature?: string; input?: object } = {}): Message[] => [
  {
    role: "assistant",
    content: [
      { type: "thinking", thinking: more.thought ?? "hm", signature: more.signature ?? "s" },
      { type: "tool_use", id, name: "read", input: more.input ?? { path: "a", limit: 2 } },
    ],
  },
  { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: "text" }] },
];
const request = (messages: Message[], more: Partial<ModelRequest> = {}): ModelRequest => ({
  system: "be brief",
  messages: [{ role: "user", content: "Do it." }, ...messages],
  max_tokens: 100,
  ...more,
});
const plain = keyOf(request([...turn("a"), ...turn("b")]));

test.each<[string, ModelRequest]>([
  ["other ids", request([...turn("x9"), ...turn("x8")])],
  ["other signatures", request([...turn("a", { signature: "t" }), ...turn("b")])],
  ["another order of keys", request([...turn("a", { input: { limit: 2, path: "a" } }), ...turn("b")])],
  [
    "a text in a block",
    request([...turn("a"), ...turn("b")], {
      messages: [{ role: "user", content: [{ type: "text", text: "Do it." }] }, ...turn("a"), ...turn("b")],
    }),
  ],
  ["an automatic choice of tools", request([...turn("a"), ...turn("b")], { tool_choice: { type: "auto" } })],
])("%s make no difference", (_, same) => {
  expect(keyOf(same)).toBe(plain);
});

test.each<[string, ModelRequest]>([
  ["another system text", request([...turn("a"), ...turn("b")], { system: "be long" })],
  ["another limit", request([...turn("a"), ...turn("b")], { max_tokens: 101 })],
  [
    "a tool",
    request([...turn("a"), ...turn("b")], { tools: [{ name: "t", description: "", input_schema: {} }] }),
  ],
  ["a forced tool", request([...turn("a"), ...turn("b")], { tool_choice: { type: "any" } })],
  ["another thought", request([...turn("a", { thought: "ah" }), ...turn("b")])],
  ["another input", request([...turn("a", { input: { path: "b" } }), ...turn("b")])],
  ["a call less", request(turn("a"))],
  ["an id that was used before", request([...turn("a"), ...turn("a")])],
])("%s is another request", (_, other) => {
  expect(keyOf(other)).not.toBe(plain);
});

test("a result belongs to its own call", () => {
  const two = (first: string, second: string): ModelRequest =>
    request([
      {
        role: "assistant",
        content: [
          { type: "tool_use", id: "a", name: "read", input: {} },
          { type: "tool_use", id: "b", name: "read", input: {} },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: first, content: "1" },
          { type: "tool_result", tool_use_id: second, content: "2" },
        ],
      },
    ]);
  expect(keyOf(two("a", "b"))).not.toBe(keyOf(two("b", "a")));
});

test("a request whose secrets were taken out has the same key", () => {
  const secret = `ghp_${"a1B2".repeat(9)}`;
  const say = (text: string): ModelRequest => request([{ role: "user", content: `the token is ${text}` }]);
  expect(keyOf(say(secret))).toBe(keyOf(say(redact(secret))));
  expect(keyOf(say(secret))).not.toBe(keyOf(say("gone")));
  expect(callKey({ name: "bash", input: { command: secret } }, redact)).toBe(
    callKey({ name: "bash", input: { command: redact(secret) } }, redact),
  );
});

test("what was redacted once is not redacted further", () => {
  // Served answers come back from the harness, and are redacted again.
  const secret = fc.constantFrom(
    `ghp_${"a1B2".repeat(9)}`,
    `sk-ant-${"a1-".repeat(9)}`,
    `AKIA${"A2".repeat(8)}`,
    "hunter2hunter2",
    `eyJ${"aB1".repeat(5)}.eyJ${"aB1".repeat(5)}.x`,
    "-----BEGIN RSA PRIVATE KEY-----",
  );
  const around = fc.constantFrom(
    "password=",
    "Authorization: Bearer ",
    "https://me:",
    "@host",
    " ",
    '"',
    '\\"',
    "token: ",
    "\n",
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(secret, around, fc.string({ maxLength: 4 })), { maxLength: 8 }),
      (parts) => {
        const once = redact(parts.join(""));
        expect(redact(once)).toBe(once);
      },
    ),
    { numRuns: 2000 },
  );
});

test("hashed in a chain, a history has the key that it has when hashed whole", () => {
  const message = fc.oneof(
    fc.record({ role: fc.constant("user" as const), content: fc.string({ maxLength: 3 }) }),
    fc.constantFrom("a", "b", "c").chain((id) => fc.constantFrom(...turn(id))),
  );
  const history = fc.array(message, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(history, { minLength: 1, maxLength: 5 }), (histories) => {
      const keys = createRequestKeys(redact);
      let before: string[] = [];
      for (const messages of histories) {
        const asked = { messages };
        const now = messages.map((one) => JSON.stringify(one));
        const differs = now.findIndex((text, at) => text !== before[at]);
        const shared = differs < 0 ? now.length : differs;
        before = now;
        expect(keys.next(asked, shared, restOf(asked))).toBe(keyOf(asked));
      }
    }),
  );
});

test("a call is known by its name and all of its input, however long", () => {
  const long = "x".repeat(400_000);
  const key = callKey({ name: "write", input: { path: "a", content: long } }, redact);
  expect(callKey({ name: "write", input: { content: long, path: "a" } }, redact)).toBe(key);
  expect(callKey({ name: "write", input: { path: "a", content: `${long}!` } }, redact)).not.toBe(key);
  expect(callKey({ name: "edit", input: { path: "a", content: long } }, redact)).not.toBe(key);
  expect(callKey({ name: "bash", input: undefined }, redact)).toBe(
    callKey({ name: "bash", input: null }, redact),
  );
});
