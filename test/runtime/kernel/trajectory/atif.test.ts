import { expect, test } from "vitest";
import { z } from "zod";
import { exportAtif } from "../../../../runtime/kernel/trajectory/atif.ts";
import { TrajectoryEvent, type StoredEvent } from "../../../../runtime/kernel/trajectory/events.ts";
import type { RunRow } from "../../../../runtime/kernel/store/store.ts";
import { harness, makeRuntime } from "../../../helpers/runtime.ts";

/** ATIF 1.7, as far as we write it. */
const Atif = z.strictObject({
  schema_version: z.literal("ATIF-v1.7"),
  trajectory_id: z.string().min(1),
  agent: z.strictObject({
    name: z.string(),
    version: z.string(),
    model_name: z.string(),
    extra: z.object({ release: z.string() }),
  }),
  steps: z.array(
    z.strictObject({
      step_id: z.int(),
      timestamp: z.iso.datetime(),
      source: z.enum(["system", "user", "agent"]),
      message: z.string(),
      reasoning_content: z.string().optional(),
      model_name: z.string().optional(),
      tool_calls: z
        .array(
          z.strictObject({
            tool_call_id: z.string(),
            function_name: z.string(),
            arguments: z.record(z.string(), z.unknown()),
          }),
        )
        .optional(),
      observation: z
        .strictObject({
          results: z.array(z.strictObject({ source_call_id: z.string(), content: z.string() })),
        })
        .optional(),
      metrics: z.record(z.string(), z.number()).optional(),
      extra: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
  final_metrics: z.record(z.string(), z.number()),
  extra: z.record(z.string(), z.unknown()),
});

/** What must hold in every export. */
function valid(document: Record<string, unknown>): z.infer<typeof Atif> {
  const atif = Atif.parse(JSON.parse(JSON.stringify(document)));
  expect(atif.steps.map(({ step_id }) => step_id)).toEqual(atif.steps.map((_, i) => i + 1));
  expect(atif.final_metrics["total_steps"]).toBe(atif.steps.length);
  for (const { source, tool_calls, observation, metrics } of atif.steps) {
    const extras = [tool_calls, observation, metrics].filter((extra) => extra !== undefined);
    expect(source === "agent" || extras.length === 0).toBe(true);
    const asked = tool_calls?.map(({ tool_call_id }) => tool_call_id) ?? [];
    const answered = observation?.results.map(({ source_call_id }) => source_call_id) ?? [];
    expect(asked).toEqual(expect.arrayContaining(answered));
  }
  return atif;
}

const RUN: RunRow = {
  id: "r1",
  startedAt: "2026-11-21T10:00:00.000Z",
  endedAt: null,
  status: "done",
  purpose: "live",
  task: null,
  instruction: "Add up.",
  release: "abc",
  model: "m",
  workspace: "/w",
  snapshot: null,
  outcome: { kind: "unknown" },
  steps: 2,
  inputTokens: 100,
  outputTokens: 10,
  costUsd: null,
  pid: 1,
};

function stored(...events: readonly unknown[]): StoredEvent[] {
  return events.map((event, seq) => ({
    run: "r1",
    seq,
    at: "2026-11-21T10:00:01.000Z",
    v: 1,
    event: TrajectoryEvent.parse(event),
  }));
}

const usage = {
  input_tokens: 40,
  output_tokens: 5,
  cache_read_input_tokens: 30,
  cache_creation_input_tokens: 10,
};
const asked = (step: number, ...content: unknown[]): unknown => ({
  kind: "model_called",
  step,
  request: { hash: "h", shared: 0, messages: step === 0 ? [{ role: "user", content: "Add up." }] : [] },
  reply: { content, stop_reason: "tool_use", model: "m" },
  usage,
  ms: 1,
});
const use = (id: string, input: unknown = {}): unknown => ({ type: "tool_use", id, name: "bash", input });
const did = (call_id: string, content: string): unknown => ({
  kind: "tool_called",
  step: 1,
  call_id,
  name: "bash",
  input: { command: "x" },
  capability: "execute",
  decision: { verdict: "allow", rule: "r", reason: "" },
  result: { content, is_error: false, total_bytes: content.length },
  ms: 1,
});

test("a real run of the naive genome", async () => {
  await using kit = await makeRuntime();
  const task = await kit.task(
    "instruction: Add up the amount column of orders.csv and write just the number to total.txt.\nverify: [{ file: total.txt, equals: t, as: number }]",
    { "verify/t": "3\n", "workspace/orders.csv": "name,amount\na,1\nb,2\n" },
  );
  const workspace = kit.folder({ "orders.csv": "name,amount\na,1\nb,2\n" });
  const result = await kit.run({ task, workspace });
  expect(result.verification?.verdict).toBe("pass");
  const events = await kit.stored(result.id);
  const atif = valid(exportAtif(await kit.runtime.store.getRun(result.id), events));
  expect(atif.trajectory_id).toBe(result.id);
  expect(atif.agent).toMatchObject({ model_name: "procedure/1", extra: { release: kit.genome.sha } });
  expect(atif.steps.slice(0, 3).map(({ source }) => source)).toEqual(["system", "user", "agent"]);
  expect(atif.steps.flatMap(({ tool_calls }) => tool_calls ?? []).length).toBe(
    events.filter(({ event }) => event.kind === "tool_called").length,
  );
  expect(atif.steps.flatMap(({ observation }) => observation?.results ?? []).length).toBe(
    events.filter(({ event }) => event.kind === "tool_called").length,
  );
  expect(atif.final_metrics).toMatchObject({
    total_prompt_tokens: result.totals.inputTokens,
    total_completion_tokens: result.totals.outputTokens,
  });
  expect(atif.extra).toMatchObject({
    status: "done",
    task: task.id,
    outcome: { kind: "verified", pass: true },
  });
});

test("events come out of the store as they went in, whatever is in them", async () => {
  await using kit = await makeRuntime();
  const odd = {
    "": null,
    "a\u0000b": ["\ud800", "\u2028", 1e300, -0.5, { __proto__x: [] }],
    'quo"te': "é😀\r\n",
  };
  const body = `  await kernel.note("odd \\u0000", ${JSON.stringify(odd)});\n  return { status: "done", summary: "\\u0000 \\ud800 😀" };`;
  const result = await kit.run({ genome: await kit.release({ harness: harness(body) }) });
  const events = (await kit.stored(result.id)).map(({ event }) => event);
  expect(events).toEqual(result.events);
  expect(events.find(({ kind }) => kind === "noted")).toEqual({
    kind: "noted",
    note: "odd \u0000",
    data: odd,
  });
});

test("an id that is used again belongs to the latest call; a call without result has none", () => {
  const events = stored(
    asked(0, use("a"), use("b")),
    did("a", "first"),
    asked(1, use("a")),
    did("a", "second"),
  );
  const { steps } = valid(exportAtif(RUN, events));
  expect(steps.map(({ observation }) => observation?.results.map(({ content }) => content))).toEqual([
    undefined,
    ["first"],
    ["second"],
  ]);
});

test("calls of the harness itself, broken input, thinking and errors have their place", () => {
  const error = { code: "overloaded", message: "later", retryable: true };
  const events = stored(
    did("x", "before anything"),
    asked(
      0,
      { type: "thinking", thinking: "Hm.", signature: "s" },
      { type: "text", text: "So:" },
      use("a", '{"comm'),
      use("b", [1]),
    ),
    did("own", "by itself"),
    did("own", "again"),
    { kind: "model_called", step: 1, request: { hash: "h", shared: 1, messages: [] }, error, ms: 1 },
  );
  const { steps } = valid(exportAtif(RUN, events));
  expect(steps[1]).toMatchObject({
    message: "So:",
    reasoning_content: "Hm.",
    tool_calls: [{ arguments: { malformed: '{"comm' } }, { arguments: { malformed: [1] } }],
    extra: { harness_calls: [{ content: "by itself" }, { content: "again" }] },
    metrics: { prompt_tokens: 80, completion_tokens: 5, cached_tokens: 30 },
  });
  expect(steps[2]).toMatchObject({ source: "agent", message: "", extra: { error } });
});

test("a run that died before it asked anything", () => {
  const { steps } = valid(exportAtif({ ...RUN, status: "interrupted" }, []));
  expect(steps).toMatchObject([{ source: "user", message: "Add up.", timestamp: RUN.startedAt }]);
});
