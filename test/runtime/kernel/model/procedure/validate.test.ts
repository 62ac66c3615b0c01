import { describe, expect, test } from "vitest";
import type { ContentBlock, Message, ModelRequest } from "../../../../../runtime/kernel/protocol.ts";
import { findFault } from "../../../../../runtime/kernel/model/procedure/validate.ts";
import { ask, TOOLS } from "./drive.ts";

const user = (...content: ContentBlock[]): Message => ({ role: "user", content });
const assistant = (...content: ContentBlock[]): Message => ({ role: "assistant", content });
const say = (text: string): ContentBlock => ({ type: "text", text });
const call = (id: string, input: unknown = {}): ContentBlock => ({
  type: "tool_use",
  id,
  name: "bash",
  input,
});
const result = (id: string): ContentBlock => ({ type: "tool_result", tool_use_id: id, content: "" });
const task = user(say("do it"));

describe("requests that a provider refuses", () => {
  const cases: [string, Message[], RegExp][] = [
    ["no message", [], /at least one/],
    ["an assistant first", [assistant(say("hi"))], /first message/],
    ["empty content", [task, assistant()], /messages\.1: content must not be empty/],
    ["blank content", [{ role: "user", content: " \n" }], /must not be empty or blank/],
    ["blank text", [user(say(" "))], /text must not be empty/],
    ["a result without a call", [task, user(result("a"))], /no open tool_use/],
    [
      "a result of an older call",
      [task, assistant(call("a")), user(result("a")), assistant(say("x")), user(result("a"))],
      /no open tool_use/,
    ],
    ["a second result", [task, assistant(call("a")), user(result("a"), result("a"))], /no open tool_use/],
    [
      "a call without a result",
      [task, assistant(call("a"), call("b")), user(result("a"))],
      /without a tool_result right after it: b/,
    ],
    ["a call at the end", [task, assistant(call("a"))], /without a tool_result/],
    [
      "text ahead of a result",
      [task, assistant(call("a")), user(say("here"), result("a"))],
      /before any text/,
    ],
    [
      "a repeated id",
      [task, assistant(call("a")), user(result("a")), assistant(call("a")), user(result("a"))],
      /there twice/,
    ],
    ["an input that was cut", [task, assistant(call("a", '{"x')), user(result("a"))], /must be an object/],
    ["a call by the user", [user(call("a"))], /must be in an assistant message/],
    ["a result by the assistant", [task, assistant(result("a"))], /must be in a user message/],
    ["an odd id", [task, assistant(call("a b")), user(result("a b"))], /letters, digits/],
  ];
  test.each(cases)("%s", async (_, messages, fault) => {
    expect(findFault({ messages })).toMatch(fault);
    await expect(ask({ messages })).rejects.toMatchObject({
      name: "ModelError",
      wire: { code: "invalid_request", retryable: false },
    });
  });

  const tooling: [string, Partial<ModelRequest>, RegExp][] = [
    ["any without tools", { tool_choice: { type: "any" } }, /any needs tools/],
    ["an absent tool", { tools: TOOLS, tool_choice: { type: "tool", name: "fly" } }, /there is no tool fly/],
    ["a tool twice", { tools: [...TOOLS, ...TOOLS] }, /there twice/],
    ["an odd tool name", { tools: TOOLS.map((tool) => ({ ...tool, name: "a.b" })) }, /the name "a\.b"/],
  ];
  test.each(tooling)("%s", (_, given, fault) => {
    expect(findFault({ messages: [task], ...given })).toMatch(fault);
  });
});

test("what providers take is taken", () => {
  const messages = [
    task,
    user(say("and this")),
    assistant({ type: "thinking", thinking: "hm", signature: "s" }, say("ok"), call("a"), call("b")),
    user(result("b")),
    user(result("a"), say("go on")),
    assistant(call("c")),
    user(result("c")),
  ];
  expect(findFault({ messages, tools: TOOLS, tool_choice: { type: "tool", name: "bash" } })).toBeUndefined();
});
