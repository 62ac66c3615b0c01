import { DatabaseSync } from "node:sqlite";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RatchetError } from "../../../../runtime/kernel/error.ts";
import { ModelError } from "../../../../runtime/kernel/model/model.ts";
import type { RunRequest } from "../../../../runtime/kernel/run/run-task.ts";
import { openSqliteStore } from "../../../../runtime/kernel/store/sqlite.ts";
import type { TrajectoryEvent } from "../../../../runtime/kernel/trajectory/events.ts";
import {
  eventsOf,
  harness,
  makeRuntime,
  recorded,
  type Files,
  type Kit,
  type Recorded,
} from "../../../helpers/runtime.ts";
import { calls, says, scriptedModel, type Turn } from "../../../helpers/scripted-model.ts";

let kit: Kit;
beforeAll(async () => {
  kit = await makeRuntime({ agentYaml: "budgets: { steps: 5, tokens: 100000, seconds: 60 }" });
});
afterAll(() => kit[Symbol.asyncDispose]());

/** A run of a harness with a model of its own, on the kit's home, store and sandbox. */
async function run(
  files: Files,
  turns: readonly Turn[] = [],
  request: Partial<RunRequest> = {},
): Promise<Recorded> {
  return start(files, turns, request);
}

async function start(
  files: Files,
  turns: readonly Turn[],
  request: Partial<RunRequest>,
  price = true,
): Promise<Recorded> {
  const model = scriptedModel(turns, price ? {} : { price: undefined });
  return recorded(
    { ...kit.runtime, model },
    {
      instruction: "Do it.",
      workspace: kit.folder(),
      genome: await kit.release({ harness: files }),
      purpose: "live",
      signal: new AbortController().signal,
      ...request,
    },
  );
}

/** Asks until the model has no more calls, carries them out, and says what came last. */
const LOOP = harness(`  const messages: any[] = [{ role: "user", content: kernel.hello.instruction }];
  for (;;) {
    const reply = await kernel.model.create({ system: "Be brief.", messages, tools: kernel.hello.tools });
    const calls = reply.content.filter((block: any) => block.type === "tool_use");
    if (calls.length === 0) return { status: "done", summary: reply.content[0]?.text ?? "" };
    const results: any[] = [];
    for (const call of calls) {
      const { content } = await kernel.tools.call({ id: call.id, name: call.name, input: call.input });
      results.push({ type: "tool_result", tool_use_id: call.id, content });
    }
    messages.push({ role: "assistant", content: reply.content }, { role: "user", content: results });
  }`);
const DONE = harness('return { status: "done", summary: "done" };');
const kinds = (events: readonly { kind: string }[]): string[] => events.map(({ kind }) => kind);

describe("what is recorded", () => {
  test("everything, in order, the same in the store as in the result", async () => {
    const watched: TrajectoryEvent[] = [];
    const turns = [
      calls(["write", { path: "out.txt", content: "42\n" }], ["bash", { command: "cat out.txt" }]),
      says("It is 42."),
    ];
    const task = await kit.task("instruction: Find it.\nverify: [{ file: out.txt, equals: out.txt }]", {
      "verify/out.txt": "42\n",
    });
    const result = await run(LOOP, turns, {
      task,
      watch: (event) => watched.push(event),
      snapshot: "a".repeat(40),
    });
    expect(result).toMatchObject({ status: "done", summary: "It is 42.", verification: { verdict: "pass" } });
    expect(kinds(result.events)).toEqual([
      "run_started",
      "model_called",
      "tool_called",
      "tool_called",
      "model_called",
      "finished",
      "harness_exited",
      "verified",
      "run_ended",
    ]);
    expect((await kit.stored(result.id)).map(({ event }) => event)).toEqual(result.events);
    expect(watched).toEqual(result.events);
    const [first, second] = eventsOf(result, "model_called");
    expect(first?.request).toMatchObject({
      system: "Be brief.",
      shared: 0,
      messages: [{ role: "user", content: "Do it." }],
    });
    expect(second?.request.system).toBeUndefined();
    expect(second?.request).toMatchObject({ shared: 1, messages: [{ role: "assistant" }, { role: "user" }] });
    expect(await kit.runtime.store.getRun(result.id)).toMatchObject({
      status: "done",
      outcome: { kind: "verified", pass: true },
      task: task.id,
      purpose: "live",
      snapshot: "a".repeat(40),
      steps: 2,
      inputTokens: 20,
      outputTokens: 10,
      costUsd: 40e-6,
    });
  });

  test("without a task there is nothing to verify, and the outcome is unknown", async () => {
    const result = await run(DONE);
    expect(result.verification).toBeUndefined();
    expect(await kit.runtime.store.getRun(result.id)).toMatchObject({
      status: "done",
      outcome: { kind: "unknown" },
      task: null,
    });
  });

  test("secrets are taken out of what tools print, of inputs, keys, replies and the instruction", async () => {
    const secret = `ghp_${"aB3dE5gH7jK9".repeat(3)}`;
    const turns = [
      calls(["bash", { command: `echo ${secret}` }], ["bash", { [secret]: 1 }]),
      says(`It is ${secret}.`),
    ];
    const result = await run(LOOP, turns, { instruction: `Use ${secret}` });
    const stored = JSON.stringify([
      await kit.stored(result.id),
      await kit.runtime.store.getRun(result.id),
      result.events,
    ]);
    expect(stored).not.toContain(secret);
    expect(stored.split("[redacted:github-token]").length).toBeGreaterThan(5);
    const everything = readdirSync(kit.runtime.home.state).filter((file) => file.startsWith("store.db"));
    for (const file of everything)
      expect(readFileSync(join(kit.runtime.home.state, file), "latin1")).not.toContain(secret);
  });

  test("runs at once in one process keep apart", async () => {
    const results = await Promise.all(
      [1, 2, 3, 4].map((n) => run(LOOP, [says(`answer ${n}`)], { instruction: `question ${n}` })),
    );
    for (const [i, result] of results.entries()) {
      expect(result.summary).toBe(`answer ${i + 1}`);
      const stored = await kit.stored(result.id);
      expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, seq) => seq));
      expect(stored[0]?.event).toMatchObject({ kind: "run_started", instruction: `question ${i + 1}` });
      expect(stored.at(-1)?.event.kind).toBe("run_ended");
    }
    expect(new Set(results.map(({ id }) => id)).size).toBe(4);
  });

  test("a query of any length is answered", async () => {
    const result = await run(
      harness(
        '  const hits = await kernel.skills.search("csv " + "word ".repeat(1_000_000), 3);\n  return { status: "done", summary: String(hits.length) };',
      ),
    );
    expect(result).toMatchObject({ status: "done", summary: "3" });
  });
});

describe("budgets", () => {
  const ASK = harness(`  const seen: string[] = [];
  for (let i = 0; i < 8; i++) {
    const request = { messages: [{ role: "user", content: "again" }] };
    await kernel.model.create(request).then(() => seen.push("ok"), (error: any) => seen.push(error.code));
  }
  return { status: "gave_up", summary: seen.join(" ") };`);

  test("steps: as many calls as the home allows, then none; told once", async () => {
    const result = await run(ASK);
    expect(result.summary).toBe("ok ok ok ok ok budget_exhausted budget_exhausted budget_exhausted");
    expect(eventsOf(result, "budget_reached")).toMatchObject([{ limit: "steps", spent: 5, cap: 5 }]);
    expect(result).toMatchObject({ status: "gave_up", totals: { steps: 5 } });
  });

  test.each([
    ["steps", { steps: 2 }, "ok ok budget_exhausted"],
    ["tokens", { tokens: 31 }, "ok ok ok budget_exhausted"],
    ["usd", { usd: 20e-6 }, "ok budget_exhausted"],
  ])("%s: the lowest cap counts", async (limit, caps, seen) => {
    const result = await run(ASK, [], { caps });
    expect(result.summary.startsWith(seen)).toBe(true);
    expect(eventsOf(result, "budget_reached")).toMatchObject([{ limit }]);
  });

  test("a task's own budgets count when they are lower, and not when they are higher", async () => {
    const low = await kit.task("instruction: x\nverify: [{ absent: nothing }]\nbudgets: { steps: 1 }");
    const high = await kit.task("instruction: x\nverify: [{ absent: nothing }]\nbudgets: { steps: 100 }");
    expect((await run(ASK, [], { task: low })).totals.steps).toBe(1);
    expect((await run(ASK, [], { task: high })).totals.steps).toBe(5);
  });

  test("calls at the same time share what is left", async () => {
    const many = harness(`  const request = { messages: [{ role: "user", content: "again" }] };
  const calls = Array.from({ length: 40 }, () => kernel.model.create(request).then(() => 1, () => 0));
  return { status: "done", summary: String((await Promise.all(calls)).reduce((a: number, b: number) => a + b)) };`);
    const slow: Turn = () => delay(5, says("done"));
    const turns = Array.from({ length: 40 }, () => slow);
    expect((await run(many, turns, { caps: { usd: 50e-6 } })).summary).toBe("3");
    expect((await run(many, turns)).summary).toBe("5");
  });

  test("a harness that falls over a spent budget ended by that budget", async () => {
    const result = await run(
      LOOP,
      Array.from({ length: 9 }, () => calls(["bash", { command: "true" }])),
      { caps: { steps: 2 } },
    );
    expect(result).toMatchObject({ status: "budget", summary: "the steps budget is spent: 2 of 2" });
  });

  test("seconds: what is waited for is ended, and the harness may still say what it has", async () => {
    const heeds =
      harness(`  const error = await kernel.model.create({ messages: [{ role: "user", content: "x" }] }).catch((error: any) => error);
  const call = await kernel.tools.call({ id: "a", name: "bash", input: { command: "sleep 60" } }).catch((error: any) => error);
  return { status: "budget", summary: error.code + " " + call.code };`);
    const never: Turn = () => new Promise<never>(() => {});
    const result = await run(heeds, [never], { caps: { seconds: 1 } });
    expect(result).toMatchObject({ status: "budget", summary: "aborted aborted" });
    expect(eventsOf(result, "model_called")).toMatchObject([{ error: { code: "aborted" } }]);
  });

  test("a tool that still runs at the time limit is ended before the verifier looks", async () => {
    const task = await kit.task("instruction: x\nverify: [{ absent: late.txt }]");
    const result = await run(LOOP, [calls(["bash", { command: "sleep 3; echo > late.txt" }])], {
      task,
      caps: { seconds: 1 },
    });
    expect(result).toMatchObject({ status: "budget", verification: { verdict: "pass" } });
    expect(kinds(result.events).indexOf("tool_called")).toBeLessThan(
      kinds(result.events).indexOf("verified"),
    );
    expect(eventsOf(result, "tool_called")).toMatchObject([{ result: { is_error: true } }]);
  });

  test("a call that nobody waits for is ended and recorded before the verifier looks", async () => {
    const task = await kit.task("instruction: x\nverify: [{ absent: late.txt }]");
    const hasty = harness(`  const input = { command: "sleep 3; echo > late.txt" };
  kernel.tools.call({ id: "a", name: "bash", input }).catch(() => undefined);
  await kernel.note("begun", {});
  return { status: "done", summary: "" };`);
    const result = await run(hasty, [], { task });
    expect(result).toMatchObject({ status: "done", verification: { verdict: "pass" } });
    expect(kinds(result.events)).toContain("tool_called");
    expect(kinds(result.events).indexOf("tool_called")).toBeLessThan(
      kinds(result.events).indexOf("harness_exited"),
    );
  });

  test("money under an unknown price is refused before anything begins", async () => {
    const before = (await kit.runtime.store.listRuns()).length;
    await expect(start(ASK, [], { caps: { usd: 1 } }, false)).rejects.toThrow(
      "the price of scripted/1 is not known",
    );
    expect((await kit.runtime.store.listRuns()).length).toBe(before);
    expect((await start(ASK, [], {}, false)).totals.costUsd).toBeNull();
  });

  test("a time limit longer than a timer can count does not end the run at once", async () => {
    await using long = await makeRuntime({ agentYaml: "budgets: { seconds: 10000000 }", harness: DONE });
    expect((await long.run()).status).toBe("done");
  });
});

test("the heap of a harness grows with the memory that it may have", async () => {
  // Each is 64 MiB of numbers; together they fit into half of 2 GiB, and not into half of 1 GiB.
  const hungry = harness(`  const kept: number[][] = [];
  for (let i = 0; i < 10; i++) kept.push(new Array<number>(8 * 1024 * 1024).fill(i + 0.5));
  return { status: "done", summary: String(kept.length) };`);
  await using small = await makeRuntime({ agentYaml: "sandbox: { memory_mb: 1024 }", harness: hungry });
  expect(await small.run()).toMatchObject({ status: "crashed" });
  await using large = await makeRuntime({ agentYaml: "sandbox: { memory_mb: 2048 }", harness: hungry });
  expect(await large.run()).toMatchObject({ status: "done", summary: "10" });
});

describe("models that fail", () => {
  const TELL =
    harness(`  const error = await kernel.model.create({ messages: [{ role: "user", content: "x" }] }).catch((error: any) => error);
  return { status: "error", summary: JSON.stringify([error.code, error.message, error.retryable, error.retry_after_ms]) };`);

  test("the harness is told what is known, and it is recorded", async () => {
    const error = new ModelError({
      code: "overloaded",
      message: "try later",
      retryable: true,
      retry_after_ms: 5,
    });
    const result = await run(TELL, [error]);
    expect(JSON.parse(result.summary)).toEqual(["overloaded", "try later", true, 5]);
    expect(eventsOf(result, "model_called")).toMatchObject([{ error: { code: "overloaded" }, step: 0 }]);
    expect(result.totals.steps).toBe(1);
  });

  const outage = new ModelError({ code: "connection", message: "nobody is there", retryable: true });

  test("a model that cannot be reached says nothing about the agent", async () => {
    const task = await kit.task("instruction: x\nverify:\n  - { absent: nothing.txt }");
    const result = await run(TELL, [outage], { task });
    expect(result).toMatchObject({ status: "error", obstructed: true, verification: { verdict: "error" } });
    expect(result.summary).toContain("nobody is there");
  });

  test("an outage that passed before the end is the agent's to live with", async () => {
    const twice =
      harness(`  const ask = () => kernel.model.create({ messages: [{ role: "user", content: "x" }] });
  await ask().catch(() => undefined);
  await ask();
  return { status: "gave_up", summary: "" };`);
    const task = await kit.task("instruction: x\nverify:\n  - { file: out.txt, equals: out.txt }", {
      "verify/out.txt": "y",
    });
    const result = await run(twice, [outage, says("well")], { task });
    expect(result).toMatchObject({ status: "gave_up", verification: { verdict: "fail" } });
    expect(result).not.toHaveProperty("obstructed");
  });

  test("what a model must not throw is an internal error", async () => {
    const result = await run(TELL, [new TypeError("bug")]);
    expect(JSON.parse(result.summary)).toEqual(["internal", "bug", false, null]);
  });
});

describe("the end of a run", () => {
  const WAIT = harness('  await kernel.note("ready", {});\n  for (;;) await kernel.sleep(1000);');

  test("abort closes it as aborted, without a verdict", async () => {
    const stop = new AbortController();
    const task = await kit.task("instruction: x\nverify: [{ absent: nothing }]");
    const heeds = harness(
      '  await kernel.note("ready", {});\n  await kernel.sleep(60_000);\n  return { status: "aborted", summary: "as far as here" };',
    );
    const result = await run(heeds, [], {
      task,
      signal: stop.signal,
      watch: ({ kind }) => kind === "noted" && stop.abort(),
    });
    expect(result).toMatchObject({ status: "aborted", summary: "as far as here", verification: undefined });
    expect(kinds(result.events)).not.toContain("verified");
    expect(await kit.runtime.store.getRun(result.id)).toMatchObject({
      status: "aborted",
      outcome: { kind: "unknown" },
    });
  });

  test("a harness that does not heed is killed", async () => {
    const stop = new AbortController();
    const result = await run(WAIT, [], {
      signal: stop.signal,
      watch: ({ kind }) => kind === "noted" && stop.abort(),
    });
    expect(result).toMatchObject({ status: "aborted", summary: "stopped" });
    expect(eventsOf(result, "harness_exited")[0]?.exit).toBe("killed by SIGKILL");
  });

  test("aborted before it began: nothing is started", async () => {
    const result = await run(WAIT, [], { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ status: "aborted", summary: "stopped before it began" });
    expect(kinds(result.events)).toEqual(["run_started", "run_ended"]);
  });

  test("aborted while the verifier works: no verdict", async () => {
    const stop = new AbortController();
    const task = await kit.task('instruction: x\nverify: [{ command: ["sleep", "60"] }]');
    const result = await run(DONE, [], {
      task,
      signal: stop.signal,
      watch: ({ kind }) => kind === "harness_exited" && setTimeout(() => stop.abort(), 200),
    });
    expect(result).toMatchObject({ status: "aborted", verification: undefined });
    expect(await kit.runtime.store.getRun(result.id)).toMatchObject({ outcome: { kind: "unknown" } });
  });

  test("abort while a person is asked does not wait for the person", async () => {
    await using kit = await makeRuntime({
      guardrailsYaml: "permissions: { ask: [bash] }",
      model: scriptedModel([calls(["bash", { command: "true" }])]),
    });
    const stop = new AbortController();
    const result = await kit.run({
      genome: await kit.release({ harness: LOOP }),
      signal: stop.signal,
      approve: () => {
        stop.abort();
        return new Promise<boolean>(() => {});
      },
    });
    expect(result.status).toBe("aborted");
    expect(eventsOf(result, "tool_called")).toMatchObject([
      { decision: { verdict: "deny" }, result: { is_error: true } },
    ]);
  });

  test("a verifier that cannot decide gives no label", async () => {
    const task = await kit.task('instruction: x\nverify: [{ command: ["no-such-program"] }]');
    const result = await run(DONE, [], { task });
    expect(result).toMatchObject({ status: "done", verification: { verdict: "error" } });
    expect(eventsOf(result, "verified")).toMatchObject([{ verdict: "error" }]);
    expect((await kit.runtime.store.getRun(result.id)).outcome).toEqual({ kind: "unknown" });
  });

  test("a run that crashed has not passed, though the check holds", async () => {
    const task = await kit.task("instruction: x\nverify: [{ absent: nothing }]");
    const result = await run(harness("await new Promise(() => {});"), [], { task });
    expect(result).toMatchObject({ status: "crashed", verification: { verdict: "fail" } });
    expect(result.verification?.detail).toMatch(/^the check holds, but the run crashed\npass: /);
    const broken = await run({ "main.ts": "enum A { B }" }, [], { task });
    expect(broken).toMatchObject({ status: "crashed", verification: { verdict: "fail" } });
  });

  test("when a service does not come up, nobody is to blame and nothing passes", async () => {
    const task = await kit.task(
      "instruction: x\nverify: [{ absent: nothing }]\nservices: [{ host: a.test, script: s.mjs }]",
      {
        "verify/s.mjs": 'throw new Error("no service today");',
      },
    );
    const result = await run(DONE, [], { task });
    expect(result).toMatchObject({ status: "crashed", verification: { verdict: "error" } });
    expect(result.summary).toContain("no service today");
    expect(kinds(result.events)).toEqual(["run_started", "verified", "run_ended"]);
  });

  test("a watcher that throws ends the run, which is closed", async () => {
    const watch = (event: TrajectoryEvent): void => {
      if (event.kind === "noted") throw new Error("the terminal is gone");
    };
    await expect(run(WAIT, [], { watch })).rejects.toThrow("the terminal is gone");
    expect((await kit.runtime.store.listRuns({ limit: 1 }))[0]).toMatchObject({ status: "crashed" });
  });
});

describe("a store that fails in the middle", () => {
  const ENDLESS = harness(
    '  for (let i = 0; ; i++) {\n    await kernel.note("tick", { i });\n    await kernel.sleep(5);\n  }',
  );

  test("stops the run at once, kills the sandbox and says why", async () => {
    await using own = await makeRuntime({ harness: ENDLESS });
    let ticks = 0;
    const watch = ({ kind }: TrajectoryEvent): void => {
      if (kind === "noted" && ++ticks === 3) void own.runtime.store.close();
    };
    const failed = await own.run({ watch }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(RatchetError);
    expect(failed).toMatchObject({
      kind: "infrastructure",
      message: expect.stringContaining("could not be stored"),
    });
    expect(ticks).toBeLessThan(1000);
    expect(sandboxesOf(own.genome.dir)).toEqual([]);
    const store = openSqliteStore(join(own.runtime.home.state, "store.db"));
    const [row] = await store.listRuns();
    expect(row?.status).toBe("open");
    expect((await store.events(row?.id ?? "")).length).toBeGreaterThan(0);
    await store.close();
  });

  test("a store that cannot even begin: nothing is started", async () => {
    await using own = await makeRuntime({ harness: ENDLESS });
    await own.runtime.store.close();
    const events: TrajectoryEvent[] = [];
    await expect(own.run({ watch: (event) => events.push(event) })).rejects.toThrow(RatchetError);
    expect(events).toEqual([]);
  });

  test("events that the database refuses", async () => {
    await using own = await makeRuntime({ harness: ENDLESS });
    const database = new DatabaseSync(join(own.runtime.home.state, "store.db"));
    database.exec(
      "CREATE TRIGGER full BEFORE INSERT ON events WHEN NEW.seq > 4 BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
    );
    database.close();
    await expect(own.run()).rejects.toThrow("database or disk is full");
    const [row] = await own.runtime.store.listRuns();
    expect(row?.status).toBe("crashed");
    // An append is whole or not at all.
    const stored = await own.stored(row?.id ?? "");
    expect(stored.length).toBeLessThanOrEqual(5);
    expect(stored[0]?.event.kind).toBe("run_started");
  });
});

/** Command lines of processes that have the folder mounted. */
function sandboxesOf(folder: string): string[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      const text = readFileSync(`/proc/${pid}/mountinfo`, "utf8");
      return text.includes(folder) && pid !== String(process.pid)
        ? [readFileSync(`/proc/${pid}/cmdline`, "utf8")]
        : [];
    } catch {
      return [];
    }
  });
}
