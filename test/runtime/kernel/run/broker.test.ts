/** What a hostile harness can send, past what the bootstrap would let it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cleaner } from "../../../../guardrails/secrets.ts";
import { detectSandbox } from "../../../../guardrails/sandbox/detect.ts";
import type { ModelReply, Request, Response } from "../../../../runtime/kernel/protocol.ts";
import { createBroker, type Broker, type BrokerOptions } from "../../../../runtime/kernel/run/broker.ts";
import { createMeter } from "../../../../runtime/kernel/run/meter.ts";
import { createRecorder, type Recorder } from "../../../../runtime/kernel/run/recorder.ts";
import { openSkillShelf } from "../../../../runtime/kernel/run/skill-shelf.ts";
import { openSqliteStore } from "../../../../runtime/kernel/store/sqlite.ts";
import type { Store } from "../../../../runtime/kernel/store/store.ts";
import { createToolHost } from "../../../../runtime/kernel/tools/host.ts";
import { builtinTools } from "../../../../runtime/kernel/tools/registry.ts";
import type { TrajectoryEvent } from "../../../../runtime/kernel/trajectory/events.ts";
import { says, scriptedModel } from "../../../helpers/scripted-model.ts";

let dir: string;
let store: Store;
let recorder: Recorder;
let events: TrajectoryEvent[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "ratchet-broker-"));
  store = openSqliteStore(join(dir, "store.db"));
  const nobody = { task: null, instruction: "i", release: "r", model: "m", workspace: dir, snapshot: null };
  await store.startRun({ id: "a", purpose: "live", ...nobody });
  events = [];
  recorder = createRecorder({
    store,
    run: "a",
    redact: cleaner([]),
    watch: (event) => events.push(event),
    onFailure: () => undefined,
  });
});
afterEach(async () => {
  await recorder.settled();
  const written = (await store.events("a")).map(({ event }) => event);
  await store.close();
  rmSync(dir, { recursive: true, force: true });
  assert.deepEqual(written, events);
});

async function makeBroker(more: Partial<BrokerOptions> = {}): Promise<Broker> {
  const signal = more.signal ?? new AbortController().signal;
  const context = {
    workspace: dir,
    skills: dir,
    sandbox: await detectSandbox(),
    hosts: [],
    services: new Map(),
    signal,
  };
  return createBroker({
    model: scriptedModel([]),
    outputTokens: 100,
    tools: createToolHost({
      tools: builtinTools(),
      policy: { allow: [], ask: [], deny: [], hosts: [] },
      context,
    }),
    skills: await openSkillShelf(dir, "/skills"),
    caps: { steps: 10, tokens: 10_000, usd: undefined, seconds: 60 },
    meter: createMeter(() => performance.now()),
    recorder,
    signal,
    ...more,
  });
}

const ask: Request = {
  id: 1,
  method: "model.create",
  params: { messages: [{ role: "user", content: "x" }] },
};
const finish = (summary: string): Request => ({
  id: 2,
  method: "finish",
  params: { status: "done", summary },
});
const exit = (message: string): Request => ({
  id: 3,
  method: "exit",
  params: { error: { message, stack: "" } },
});
const note = (data: Record<string, unknown>): Request => ({
  id: 4,
  method: "note",
  params: { kind: "k", data },
});
const read = (path: string): Request => ({
  id: 5,
  method: "tools.call",
  params: { id: "c", name: "read", input: { path } },
});
const codeOf = (response: Response): string | undefined =>
  "error" in response ? response.error.code : undefined;

test("the first finish counts, and nothing is served after it but the report", async () => {
  const broker = await makeBroker();
  expect(codeOf(await broker.serve(finish("first")))).toBeUndefined();
  expect(codeOf(await broker.serve(finish("second")))).toBe("invalid_request");
  expect(codeOf(await broker.serve(ask))).toBe("invalid_request");
  expect(codeOf(await broker.serve(read("a.txt")))).toBe("invalid_request");
  expect(codeOf(await broker.serve(exit("late")))).toBeUndefined();
  expect(broker.finish()?.summary).toBe("first");
  expect(broker.exit()?.error?.message).toBe("late");
  expect(events).toMatchObject([{ kind: "finished", summary: "first" }]);
});

test("the first report counts, and nothing is served after it", async () => {
  const broker = await makeBroker();
  await broker.serve(exit("first"));
  await broker.serve(exit("second"));
  expect(broker.exit()?.error?.message).toBe("first");
  expect(codeOf(await broker.serve(finish("too late")))).toBe("invalid_request");
  expect(broker.finish()).toBeUndefined();
});

test("after the end of a session nothing is begun", async () => {
  const model = scriptedModel([]);
  const broker = await makeBroker({ signal: AbortSignal.abort(), model });
  expect(codeOf(await broker.serve(ask))).toBe("aborted");
  expect(codeOf(await broker.serve(read("a.txt")))).toBe("aborted");
  expect(model.requests).toEqual([]);
});

test("the reply is no longer than the home allows", async () => {
  const model = scriptedModel([]);
  const broker = await makeBroker({ model });
  for (const max_tokens of [undefined, 7, 1_000_000]) {
    await broker.serve({
      ...ask,
      params: { ...ask.params, ...(max_tokens === undefined ? {} : { max_tokens }) },
    });
  }
  expect(model.requests.map(({ max_tokens }) => max_tokens)).toEqual([100, 7, 100]);
});

test("a note is small, and after a thousand nobody listens", async () => {
  const broker = await makeBroker();
  expect(codeOf(await broker.serve(note({ text: "é".repeat(40_000) })))).toBe("invalid_request");
  for (let i = 0; i < 1200; i++) expect(codeOf(await broker.serve(note({ i })))).toBeUndefined();
  expect(events.length).toBe(999);
});

test("a run that has recorded as much as it may can only finish", async () => {
  const broker = await makeBroker({ maxRecorded: 100_000 });
  const codes = [];
  for (let i = 0; i < 10; i++) codes.push(codeOf(await broker.serve(read("x".repeat(30_000)))));
  expect(codes.indexOf("budget_exhausted")).toBeGreaterThan(0);
  expect(codes.indexOf("budget_exhausted")).toBeLessThanOrEqual(4);
  expect(codeOf(await broker.serve(ask))).toBe("budget_exhausted");
  expect(codeOf(await broker.serve(finish("over")))).toBeUndefined();
  expect(broker.finish()?.summary).toBe("over");
});

test("what holds no text counts as recorded too", async () => {
  const broker = await makeBroker({ maxRecorded: 1_000_000 });
  const input = Array.from({ length: 10_000 }, () => []);
  const codes = [];
  for (let i = 0; i < 6; i++) {
    const params = { id: "c", name: "nope", input };
    codes.push(codeOf(await broker.serve({ id: 6, method: "tools.call", params })));
  }
  expect(codes.indexOf("budget_exhausted")).toBeGreaterThan(0);
});

test("of a long input its size and its beginning are recorded, without the secrets in it", async () => {
  const broker = await makeBroker();
  // The mark of a secret, where the beginning ends.
  const secret = `ghp_${"a1B2".repeat(9)}`;
  const content = `${"x".repeat(16_350)} ${secret} ${"y".repeat(300_000)}`;
  for (const tail of ["", "!"]) {
    const params = { id: "c", name: "nope".repeat(1_000_000), input: { content: content + tail } };
    await broker.serve({ id: 6, method: "tools.call", params });
  }
  const [first, second] = events.flatMap((event) => (event.kind === "tool_called" ? [event] : []));
  expect(first?.input).toEqual({
    left_out: expect.stringMatching(/^input of 31\d{4} bytes of JSON$/),
    sha256: expect.stringMatching(/^[\da-f]{64}$/),
    head: expect.stringMatching(/^\{"content":"x+/),
  });
  expect(JSON.stringify(first?.input)).not.toContain("ghp_");
  expect(JSON.stringify(first?.input).length).toBeLessThan(20_000);
  expect(second?.input).not.toEqual(first?.input);
  expect(first?.decision.reason.length).toBeLessThan(200);
});

test("lessons are searched as the harness ranks them, and that is noted", async () => {
  const broker = await makeBroker({
    skills: await openSkillShelf(dir, "/skills", "# Lessons\n\nLock the ledger.\n\nUnlock the door.\n"),
  });
  const none = { name: 0, description: 0, body: 0, k1: 1, b: 0, prefix: 0 };
  const found = async (ranking = { ...none, body: 1 }): Promise<Response> =>
    broker.serve({ id: 1, method: "lessons.search", params: { query: "ledger", limit: 5, ranking } });
  expect(await found()).toMatchObject({ result: [{ text: "Lock the ledger.", score: expect.any(Number) }] });
  expect(await found(none)).toMatchObject({ result: [] });
  expect(events).toEqual(
    [1, 0].map((hits) => ({ kind: "noted", note: "lessons_searched", data: { query: "ledger", hits } })),
  );
});

test("a skill that is not there", async () => {
  const broker = await makeBroker();
  expect(codeOf(await broker.serve({ id: 1, method: "skills.load", params: { name: "../../etc" } }))).toBe(
    "not_found",
  );
  expect(events).toEqual([{ kind: "skill_loaded", name: "../../etc", found: false }]);
});

test("money that cannot be counted is spent, and the record of it can be read", async () => {
  const broker = await makeBroker({
    model: scriptedModel([], { price: undefined }),
    caps: { steps: 10, tokens: 10_000, usd: 1, seconds: 60 },
  });
  expect(codeOf(await broker.serve(ask))).toBeUndefined();
  expect(codeOf(await broker.serve(ask))).toBe("budget_exhausted");
  expect(events.at(-1)).toMatchObject({ kind: "budget_reached", limit: "usd", spent: 1, cap: 1 });
});

test("a reply that comes after an abort is charged and recorded, though the harness no longer waits for it", async () => {
  const stop = new AbortController();
  const late = Promise.withResolvers<ModelReply>();
  const model = scriptedModel([() => late.promise]);
  const meter = createMeter(() => performance.now());
  const broker = await makeBroker({ model, meter, signal: stop.signal });
  const answer = broker.serve(ask);
  await vi.waitUntil(() => model.requests.length === 1);
  stop.abort();
  expect(codeOf(await answer)).toBe("aborted");
  expect(events).toEqual([]);
  late.resolve(says("too late"));
  await broker.idle();
  expect(events).toMatchObject([
    { kind: "model_called", step: 0, reply: { content: [{ text: "too late" }] }, cost_usd: 20e-6 },
  ]);
  expect(meter.totals()).toEqual({ steps: 1, inputTokens: 10, outputTokens: 5, costUsd: 20e-6 });
});

test("a reply that never comes is not waited for, and recorded once as aborted", async () => {
  const stop = new AbortController();
  const model = scriptedModel([() => new Promise<never>(() => {})]);
  const broker = await makeBroker({ model, signal: stop.signal });
  const answer = broker.serve(ask);
  await vi.waitUntil(() => model.requests.length === 1);
  stop.abort();
  expect(codeOf(await answer)).toBe("aborted");
  await broker.idle();
  expect(events).toMatchObject([{ kind: "model_called", error: { code: "aborted" } }]);
});
