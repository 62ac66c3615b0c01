import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readReply } from "../../../../../runtime/kernel/model/anthropic/stream.ts";
import { messageEvents } from "../../../../helpers/messages-wire.ts";

const EVENTS = messageEvents({ content: [{ type: "text", text: "done" }] }, { model: "m" });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

test("whatever arrives counts as a sign of life, also pings and comments", async () => {
  const wire = openResponse();
  const idle = vi.fn<() => void>();
  const reading = readReply(wire.response, 1000, idle);
  for (const text of [": working\n\n", "event: ping\ndata: {}\n\n", ": still\n\n", ...EVENTS]) {
    await vi.advanceTimersByTimeAsync(900);
    await wire.send(text);
  }
  wire.end();
  expect((await reading).content).toEqual([{ type: "text", text: "done" }]);
  expect(idle).not.toHaveBeenCalled();
});

test("silence for as long as allowed ends the reading", async () => {
  const wire = openResponse();
  const reading = readReply(wire.response, 1000, wire.breakOff);
  const failure = expect(reading).rejects.toThrow("nothing arrived for 1000 ms");
  await wire.send(EVENTS[0] ?? "");
  await vi.advanceTimersByTimeAsync(1000);
  await failure;
});

test("a complete reply does not wait long for a server that keeps the stream open", async () => {
  const wire = openResponse();
  const reading = readReply(wire.response, 600_000, wire.breakOff);
  await wire.send(EVENTS.join(""));
  await vi.advanceTimersByTimeAsync(1000);
  expect((await reading).content).toEqual([{ type: "text", text: "done" }]);
});

test("an event that is split within a character is put together", async () => {
  const wire = openResponse();
  const reading = readReply(wire.response, 1000, wire.breakOff);
  const bytes = Buffer.from(
    messageEvents({ content: [{ type: "text", text: "ä👍" }] }, { model: "m" }).join(""),
  );
  for (const byte of bytes) wire.enqueue(Uint8Array.of(byte));
  wire.end();
  expect((await reading).content).toEqual([{ type: "text", text: "ä👍" }]);
});

/** A response whose body the test writes by hand. */
function openResponse() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, {
    highWaterMark: 10_000,
  });
  const writer = writable.getWriter();
  const enqueue = (bytes: Uint8Array) => void writer.write(bytes).catch(() => undefined);
  return {
    response: new Response(readable, { headers: { "content-type": "text/event-stream; charset=utf-8" } }),
    enqueue,
    async send(text: string) {
      enqueue(new TextEncoder().encode(text));
      await setImmediate();
    },
    end: () => void writer.close(),
    breakOff: () => void writer.abort(new Error("closed")),
  };
}
