import { expect, test } from "vitest";
import { dispatch } from "../../../runtime/genome/harness/dispatch.ts";
import { run } from "../../../runtime/genome/harness/main.ts";
import type { ContentBlock, ModelRequest, ToolResultBlock } from "../../../runtime/kernel/protocol.ts";
import { blocksOf } from "../../helpers/invariants.ts";
import {
  bad,
  call,
  lastSeen,
  ok,
  play,
  reply,
  ScriptedKernel,
  wireError,
  type ToolScript,
} from "../../helpers/scripted-kernel.ts";

/** Runs one batch of calls. @returns what the model is shown, and the kernel */
async function batch(tools: Record<string, ToolScript>, ...calls: ContentBlock[]) {
  const { finish, kernel } = await play(run, { tools, replies: [reply(...calls), reply("Done.")] });
  return { results: resultsOf(kernel.requests[1]), finish, kernel };
}

function resultsOf(request: ModelRequest | undefined): ToolResultBlock[] {
  const last = request?.messages.at(-1);
  return last ? blocksOf(last).filter((block) => block.type === "tool_result") : [];
}

test.each([
  ["nothing", undefined],
  ["null", null],
  ["an empty string", ""],
])("no arguments mean {}: %s", async (_name, input) => {
  const made = { ...call("list"), input } as ContentBlock;
  const { kernel } = await batch({ list: () => ok("a") }, made);
  expect(kernel.calls[0]?.input).toEqual({});
});

test("an object written as JSON text is read", async () => {
  const { kernel } = await batch({ list: () => ok("a") }, call("list", '{"path":"x"}'));
  expect(kernel.calls[0]?.input).toEqual({ path: "x" });
});

test.each([
  ["broken JSON", '{"path": "x'],
  ["a list", ["x"]],
  ["a number", 3],
  ["a JSON list", "[1]"],
])(
  "malformed arguments are an error that lists what exists, and nothing is called: %s",
  async (_name, input) => {
    const { results, kernel } = await batch(
      { read: () => ok("a"), list: () => ok("b") },
      call("read", input),
    );
    expect(kernel.calls).toHaveLength(0);
    expect(results[0]?.is_error).toBe(true);
    expect(results[0]?.content).toMatch(/^error: the input of "read" must be a JSON object/);
    expect(results[0]?.content).toContain("list, read");
  },
);

test("an unknown tool is an error that lists what exists", async () => {
  const { results, kernel } = await batch({ bash: () => ok("a"), read: () => ok("b") }, call("Bash"));
  expect(kernel.calls).toHaveLength(0);
  expect(results[0]).toMatchObject({
    is_error: true,
    content: 'error: unknown tool "Bash". Available tools: bash, read.',
  });
});

test("a call that fails leaves its siblings alone, and results come in the order of the calls", async () => {
  const tools: Record<string, ToolScript> = {
    good: (input) => ok(`good ${JSON.stringify(input)}`),
    bad: () => bad("no such file"),
    broken: () => wireError("internal", "the tool crashed"),
  };
  const calls = [
    call("good", { n: 1 }),
    call("bad"),
    call("broken"),
    call("nothing"),
    call("good", { n: 2 }),
  ];
  const { results } = await batch(tools, ...calls);
  expect(results.map((result) => result.content)).toEqual([
    'good {"n":1}',
    "error: no such file",
    "error: the tool crashed",
    expect.stringContaining("error: unknown tool"),
    'good {"n":2}',
  ]);
  expect(results.map((result) => result.is_error ?? false)).toEqual([false, true, true, true, false]);
});

test("calls run one after the other", async () => {
  const order: string[] = [];
  const write: ToolScript = (input) => (order.push(JSON.stringify(input)), ok("written"));
  await batch({ write }, call("write", { path: "a", n: 1 }), call("write", { path: "a", n: 2 }));
  expect(order).toEqual(['{"path":"a","n":1}', '{"path":"a","n":2}']);
});

test.each([
  ["an exit code", ok("oops", { exit_code: 2 }), "error: exit code 2\noops"],
  [
    "an exit code that is told already",
    bad("oops\nexit code 2", { exit_code: 2 }),
    "error: oops\nexit code 2",
  ],
  ["a failure kind", ok("", { failure: { kind: "denied" } }), "error: denied"],
  ["a mark", { ...ok("oops"), is_error: true }, "error: oops"],
  ["no message at all", { ...ok(" \n"), is_error: true }, "error: failed without a message"],
  ["a message that says so", bad("error: no such file"), "error: no such file"],
])("a failure is visible as one, whatever its sign: %s", async (_name, result, content) => {
  const { results } = await batch({ bash: () => result }, call("bash"));
  expect(results[0]).toMatchObject({ content, is_error: true });
});

test("silence is shown as such", async () => {
  const { results } = await batch({ bash: () => ok("\n", { exit_code: 0 }) }, call("bash"));
  expect(results[0]).toMatchObject({ content: "(no output)" });
});

test("a transient failure is tried again, after at least the time that was asked for", async () => {
  let tries = 0;
  const flaky: ToolScript = () =>
    (tries += 1) < 3 ? bad("busy", { failure: { kind: "transient", retry_after_ms: 700 } }) : ok("at last");
  const { results, kernel } = await batch({ http: flaky }, call("http"));
  expect(results[0]?.content).toBe("at last");
  expect(kernel.waits).toEqual([700, 1000]);
  expect(kernel.notesOf("retry")).toMatchObject([{ what: "http", retry: 1 }, { retry: 2 }]);
});

test("retries are bounded, and the failure is shown in the end", async () => {
  const { results, kernel } = await batch(
    { http: () => bad("busy", { failure: { kind: "transient" } }) },
    call("http"),
  );
  expect(kernel.calls).toHaveLength(4);
  expect(results[0]).toMatchObject({ content: "error: busy", is_error: true });
});

test("a wait that is too long is not shortened: the failure is shown", async () => {
  const late = bad("come back tomorrow", { failure: { kind: "transient", retry_after_ms: 86_400_000 } });
  const { kernel } = await batch({ http: () => late }, call("http"));
  expect(kernel.calls).toHaveLength(1);
  expect(kernel.waits).toEqual([]);
});

test.each(["failed", "invalid_input", "denied", "timeout", "not_found"] as const)(
  "a failure that may have had side effects is never tried again: %s",
  async (kind) => {
    const { kernel } = await batch({ bash: () => bad("no", { failure: { kind } }) }, call("bash"));
    expect(kernel.calls).toHaveLength(1);
  },
);

test("a request that the kernel refuses is never repeated, even where it says that it could be", async () => {
  const { kernel } = await batch(
    { bash: () => wireError("connection", "lost", { retryable: true }) },
    call("bash"),
  );
  expect(kernel.calls).toHaveLength(1);
});

test("calls that are left when the run is stopped get a result, too", async () => {
  const kernel = new ScriptedKernel({
    replies: [],
    tools: { bash: (_input, _call, kernel) => (kernel.abort(), ok("fine")) },
  });
  const calls = [call("bash", {}, "a"), call("bash", {}, "b")].filter((block) => block.type === "tool_use");
  const outcomes = await dispatch(kernel, calls);
  expect(kernel.calls).toHaveLength(1);
  expect(outcomes).toMatchObject([
    { id: "a", text: "fine", isError: false },
    { id: "b", text: "error: not run: the run was stopped", isError: true },
  ]);
});

test("no retry follows an abort", async () => {
  const busy: ToolScript = (_input, _call, kernel) => (
    kernel.abort(),
    bad("busy", { failure: { kind: "transient" } })
  );
  const { kernel } = await play(run, { tools: { http: busy }, replies: [reply(call("http"))] });
  expect(kernel.calls).toHaveLength(1);
});

test("an id that was used before gets a new name, in the call and in its result", async () => {
  const { kernel } = await play(run, {
    tools: { bash: () => ok("fine") },
    replies: [
      reply(call("bash", {}, "call_0")),
      reply(call("bash", {}, "call_0"), call("bash", {}, "call_0")),
      reply("Done."),
    ],
  });
  expect(kernel.calls.map((made) => made.id)).toEqual(["call_0", "call_0_2", "call_0_3"]);
  expect(resultsOf(kernel.requests[2]).map((result) => result.tool_use_id)).toEqual(["call_0_2", "call_0_3"]);
});

test("long output is cut in the middle and says how much is missing of the original", async () => {
  const content = `first\n${"x".repeat(100_000)}\nlast`;
  const { kernel } = await batch({ bash: () => ok(content, { total_bytes: 5_000_000 }) }, call("bash"));
  const seen = lastSeen(kernel.requests[1]);
  expect(seen).toMatch(/^first\n[^]*of 5000000 bytes not shown[^]*\nlast$/);
  expect(Buffer.byteLength(seen)).toBeLessThanOrEqual(16_000);
});

test("a large batch shares the room, so that it cannot fill the context by itself", async () => {
  const calls = Array.from({ length: 8 }, () => call("bash"));
  const { kernel } = await play(run, {
    tools: { bash: () => ok("x".repeat(50_000)) },
    limits: { context_tokens: 20_000 },
    replies: [reply(...calls), reply("Done.")],
  });
  expect(lastSeen(kernel.requests[1]).length).toBeLessThan(20_000 * 4 * 0.3);
});
