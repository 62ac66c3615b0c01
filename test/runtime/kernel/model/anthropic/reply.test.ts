import { describe, expect, test } from "vitest";
import { call, say } from "../../../../helpers/messages-server.ts";
import { setup } from "./support.ts";

describe("a streamed reply", () => {
  test("is put together from fragments, block by block", async () => {
    const content = [
      { type: "thinking", thinking: "first the table, then the sum", signature: "c2lnbmF0dXJl" },
      { type: "redacted_thinking", data: "b3BhcXVl" },
      { type: "text", text: "Ich zähle die Zeilen – 一、二、三 👍 – und schreibe sie auf." },
      {
        type: "tool_use",
        id: "toolu_a",
        name: "Read",
        input: { path: "äöü.csv", nested: { list: [1, null, "x"] } },
      },
      { type: "tool_use", id: "toolu_b", name: "Bash", input: { command: 'echo "hi"\n' } },
    ] as const;
    await using it = await setup([{ ...say(...content), fragment: 1 }]);

    const reply = await it.send();

    expect(reply.content).toEqual(content);
    expect(reply.stop_reason).toBe("tool_use");
    expect(reply.model).toBe("claude-opus-5-5");
  });

  test("keeps the counters of message_start that message_delta leaves out", async () => {
    const usage = {
      input_tokens: 12,
      output_tokens: 34,
      cache_read_input_tokens: 56,
      cache_creation_input_tokens: 78,
    };
    await using it = await setup([{ ...say("ok"), usage }]);
    expect((await it.send()).usage).toEqual(usage);
  });

  test("counts no cached tokens where the server does not report any", async () => {
    await using it = await setup([{ ...say("ok"), usage: { input_tokens: 3, output_tokens: 4 } }]);
    expect((await it.send()).usage).toEqual({
      input_tokens: 3,
      output_tokens: 4,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
    });
  });

  test.each([
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "pause_turn",
    "refusal",
    "model_context_window_exceeded",
  ])("hands on the stop reason %s", async (stop_reason) => {
    await using it = await setup([{ ...say("text"), stop_reason }]);
    expect((await it.send()).stop_reason).toBe(stop_reason);
  });

  test("leaves out empty text, which the API would refuse to take back", async () => {
    await using it = await setup([say("", call("Read", {}))]);
    expect((await it.send()).content).toEqual([
      { type: "tool_use", id: "toolu_01", name: "Read", input: {} },
    ]);
  });

  test("takes an index that is used again for another block", async () => {
    const body = [
      { type: "message_start", message: { model: "m", usage: { input_tokens: 1, output_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "reading" } },
      { type: "content_block_stop", index: 0 },
      {
        type: "content_block_start",
        index: 0,
        content_block: { type: "tool_use", id: "t", name: "Read", input: { a: 1 } },
      },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 2 } },
      { type: "message_stop" },
    ];
    const sse = body.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
    await using it = await setup([{ kind: "raw", body: sse }]);
    expect((await it.send()).content).toEqual([
      { type: "text", text: "reading" },
      { type: "tool_use", id: "t", name: "Read", input: { a: 1 } },
    ]);
  });
});

describe("the input of a call", () => {
  test.each([
    ["broken", '{"path": "a.txt", oops}'],
    ["cut off by the token limit", '{"path": "a.txt", "content": "half a sen'],
    ["not JSON at all", "path=a.txt"],
  ])("that is %s arrives as the text that the model wrote", async (_name, raw) => {
    await using it = await setup([say("I write.", call("Write", raw))]);
    expect((await it.send()).content[1]).toEqual({
      type: "tool_use",
      id: "toolu_01",
      name: "Write",
      input: raw,
    });
  });

  test("that is empty is an empty object", async () => {
    await using it = await setup([say(call("List", ""))]);
    expect((await it.send()).content).toEqual([
      { type: "tool_use", id: "toolu_01", name: "List", input: {} },
    ]);
  });

  test("that is JSON but no object is handed on as it is", async () => {
    await using it = await setup([say(call("List", "[1, 2]"))]);
    expect((await it.send()).content[0]).toMatchObject({ input: [1, 2] });
  });

  test("goes back to the server as an object even when it was malformed", async () => {
    await using it = await setup([say(call("Write", "{oops")), say("done")]);
    const first = await it.send();
    const reply = await it.send({
      messages: [
        { role: "user", content: "write" },
        { role: "assistant", content: first.content },
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "toolu_01", content: "bad JSON", is_error: true }],
        },
      ],
    });
    expect(reply.content).toEqual([{ type: "text", text: "done" }]);
    expect(it.server.requests[1]?.body["messages"]).toMatchObject([
      {},
      { content: [{ type: "tool_use", input: { malformed_input: "{oops" } }] },
      {},
    ]);
  });
});
