import { duplexPair, type Duplex } from "node:stream";
import { setImmediate as tick } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  converse,
  MAX_IN_FLIGHT,
  MAX_QUEUED_BYTES,
  MAX_REFUSED,
  type Conversation,
} from "../../../../runtime/kernel/harness/conversation.ts";
import { readLines } from "../../../../runtime/kernel/harness/lines.ts";
import { MAX_LINE_BYTES, type Request, type Response } from "../../../../runtime/kernel/protocol.ts";

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly retryable: boolean };
}

interface Talk {
  readonly conversation: Conversation;
  /** The harness's end. */
  readonly harness: Duplex;
  /** The kernel's end. */
  readonly kernel: Duplex;
  readonly served: Request[];
  /** Why it was taken for broken, each time that was said. */
  readonly broken: string[];
  say(...messages: readonly unknown[]): void;
  answer(): Promise<Answer>;
}

const echo = async ({ id, method }: Request): Promise<Response> => ({ type: "response", id, result: method });

function talk(serve: (request: Request) => Promise<Response> = echo): Talk {
  const [kernel, harness] = duplexPair();
  const served: Request[] = [];
  const broken: string[] = [];
  const conversation = converse(kernel, {
    async serve(request) {
      served.push(request);
      return serve(request);
    },
    onBroken: (detail) => broken.push(detail),
  });
  let lines: AsyncGenerator<string> | undefined;
  return {
    conversation,
    harness,
    kernel,
    served,
    broken,
    say: (...messages) => messages.forEach((message) => harness.write(`${JSON.stringify(message)}\n`)),
    async answer() {
      lines ??= readLines(harness, MAX_LINE_BYTES);
      return JSON.parse((await lines.next()).value ?? "null");
    },
  };
}

const search = (id: number, query = ""): unknown => ({ id, method: "skills.search", params: { query } });

/** Until nothing moves any more. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await tick();
}

test("answers requests", async () => {
  const { say, answer, served } = talk();
  say(search(7));
  expect(await answer()).toEqual({ type: "response", id: 7, result: "skills.search" });
  expect(served).toEqual([{ id: 7, method: "skills.search", params: { query: "", limit: 5 } }]);
});

test("serves concurrently: a slow request does not hold up the next", async () => {
  const slow = Promise.withResolvers<void>();
  const { say, answer, conversation } = talk(async (request) => {
    if (request.id === 1) await slow.promise;
    return echo(request);
  });
  say(search(1), search(2));
  expect((await answer()).id).toBe(2);
  slow.resolve();
  expect((await answer()).id).toBe(1);
  await conversation.idle();
});

test.each([
  ["bytes that are no text", Buffer.from([0xff, 0x00, 0xfe, 0x0a]), "not JSON"],
  ["what is not JSON", "finish\n", 'not JSON: "finish"'],
  ["an empty line", "\n", "not JSON"],
  ["a list", "[1, 2]\n", "not a request"],
  ["null", "null\n", "not a request"],
  ["a request without an id", '{"method": "finish"}\n', "not a request"],
  ["an id below zero", '{"id": -1, "method": "finish"}\n', "not a request"],
  ["an id that is no whole number", '{"id": 1.5, "method": "finish"}\n', "not a request"],
  ["brackets without end", `${"[".repeat(100_000)}\n`, "not JSON"],
  ["a deep list", `${"[".repeat(100_000)}${"]".repeat(100_000)}\n`, "not a request"],
])("%s ends the conversation", async (_, bytes, why) => {
  const { harness, broken, served, say } = talk();
  harness.write(bytes);
  say(search(1));
  await settle();
  expect(broken).toEqual([expect.stringContaining(why)]);
  expect(broken[0]?.length).toBeLessThan(1000);
  expect(served).toEqual([]);
});

test("a request of more values than any real one has is refused, before anything looks at them", async () => {
  const { say, answer, broken, served } = talk();
  const call = (id: number, length: number): unknown => ({
    id,
    method: "tools.call",
    params: { id: "a", name: "nope", input: Array.from({ length }, () => []) },
  });
  say(call(1, 1_300_000), call(2, 100_000));
  expect(await answer()).toMatchObject({
    id: 1,
    error: { code: "invalid_request", message: "tools.call: more than 200000 values" },
  });
  expect(await answer()).toMatchObject({ id: 2, result: "tools.call" });
  expect(served.map(({ id }) => id)).toEqual([2]);
  expect(broken).toEqual([]);
});

test("unknown methods and wrong parameters are answered", async () => {
  const { say, answer, broken, served } = talk();
  say({ id: 1, method: "shell.run", params: {} });
  const unknown = await answer();
  expect(unknown).toMatchObject({ id: 1, error: { code: "invalid_request", retryable: false } });
  expect(unknown.error?.message).toMatch(/unknown method "shell.run"; there are .*tools\.call/);
  say({ id: 2, method: "tools.call", params: { id: "a", name: "", input: {} } });
  expect((await answer()).error?.message).toContain("tools.call: params.name");
  say({ id: 3, method: "finish" });
  expect((await answer()).error?.message).toContain("finish: params");
  say({ id: 4, method: "model.create", params: { messages: [{ role: "system", content: "x" }] } });
  expect((await answer()).error?.message).toContain("params.messages.0.role");
  expect(broken).toEqual([]);
  expect(served).toEqual([]);
});

test("what is nested too deeply is refused before anything walks through it", async () => {
  const { harness, answer, broken } = talk();
  const deep = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
  harness.write(`{"id":1,"method":"note","params":{"kind":"k","data":${deep}}}\n`);
  expect((await answer()).error?.message).toContain("nested deeper");
  expect(broken).toEqual([]);
});

test(`after ${MAX_REFUSED} wrong requests the harness is taken for broken`, async () => {
  const { say, harness, broken } = talk();
  harness.resume();
  for (let id = 0; id < MAX_REFUSED; id++) say({ id, method: "nonsense" });
  await settle();
  expect(broken).toEqual([]);
  say({ id: 1000, method: "nonsense" }, { id: 1001, method: "nonsense" });
  await settle();
  expect(broken).toEqual([expect.stringContaining(`more than ${MAX_REFUSED} requests were wrong`)]);
});

test("a line over the limit ends the conversation", async () => {
  const { harness, broken } = talk();
  const chunk = Buffer.alloc(1024 * 1024, "a");
  for (let sent = 0; sent <= MAX_LINE_BYTES; sent += chunk.length) harness.write(chunk);
  await settle();
  expect(broken).toEqual([`a line is longer than ${MAX_LINE_BYTES} bytes`]);
});

test("a flood of requests waits outside until there is room", async () => {
  const gate = Promise.withResolvers<void>();
  const { harness, kernel, served, conversation, broken } = talk(async (request) => {
    await gate.promise;
    return echo(request);
  });
  harness.resume();
  // All in one chunk, the hardest to stop in the middle of.
  harness.write(Array.from({ length: 5000 }, (_, id) => `${JSON.stringify(search(id))}\n`).join(""));
  for (let id = 5000; id < 9000; id++) harness.write(`${JSON.stringify(search(id))}\n`);
  await settle();
  expect(served.length).toBe(MAX_IN_FLIGHT);
  expect(harness.writableNeedDrain).toBe(true);
  expect(kernel.readableLength).toBeLessThan(256 * 1024);
  gate.resolve();
  while (served.length < 9000) await tick();
  await conversation.idle();
  expect(served.map(({ id }) => id)).toEqual(Array.from({ length: 9000 }, (_, id) => id));
  expect(broken).toEqual([]);
});

test("half lines and characters cut in two are put together", async () => {
  const { harness, answer, served } = talk();
  const bytes = Buffer.from(`${JSON.stringify(search(1, "Zürich 😀"))}\n`);
  for (const byte of bytes) harness.write(Buffer.of(byte));
  await answer();
  expect(served[0]?.params).toMatchObject({ query: "Zürich 😀" });
});

test("a harness that never reads is not read from, and in the end is taken for broken", async () => {
  const long = "x".repeat(4 * 1024 * 1024);
  const { say, kernel, broken, served, conversation } = talk(async ({ id }) => ({
    type: "response",
    id,
    result: long,
  }));
  for (let id = 0; id < 500; id++) say(search(id));
  await settle();
  expect(served.length).toBeLessThanOrEqual(MAX_IN_FLIGHT);
  const queued = kernel.writableLength;
  // The kernel may have to say more by itself.
  while (broken.length === 0) conversation.send({ type: "steer", text: long });
  expect(queued).toBeLessThan(MAX_QUEUED_BYTES);
  expect(broken).toEqual([expect.stringContaining("does not read")]);
  const held = kernel.writableLength;
  expect(held).toBeLessThan(MAX_QUEUED_BYTES + 2 * long.length);
  conversation.send({ type: "steer", text: long });
  expect(kernel.writableLength).toBe(held);
});

test("an answer that no line can hold becomes an error", async () => {
  const { say, answer } = talk(async ({ id }) => ({
    type: "response",
    id,
    result: "x".repeat(MAX_LINE_BYTES),
  }));
  say(search(1));
  expect(await answer()).toMatchObject({
    id: 1,
    error: { code: "internal", message: expect.stringContaining("longer than") },
  });
});

test("when the channel closes in the middle of a line, or of a request, nothing breaks", async () => {
  const gate = Promise.withResolvers<void>();
  const { say, harness, kernel, broken, conversation } = talk(async (request) => {
    await gate.promise;
    return echo(request);
  });
  say(search(1));
  harness.write('{"id": 2, "meth');
  await settle();
  harness.destroy();
  kernel.destroy(new Error("ECONNRESET"));
  await settle();
  gate.resolve();
  await conversation.idle();
  conversation.send({ type: "abort", reason: "over" });
  expect(broken).toEqual([]);
});

test("a harness that has said all it wants still gets its answers", async () => {
  const { harness, say, answer } = talk();
  say(search(1));
  harness.end();
  expect((await answer()).id).toBe(1);
});

test("a kernel that fails to answer is told about, once", async () => {
  const { say, broken, conversation } = talk(() => Promise.reject(new Error("bug")));
  say(search(1), search(2));
  await settle();
  await conversation.idle();
  expect(broken).toEqual(["the kernel failed to answer: bug"]);
});
