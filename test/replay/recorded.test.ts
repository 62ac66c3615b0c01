/** Recorded runs, played again: a real sandbox, the real client, and a Messages server that counts what it is asked. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cleaner } from "../../guardrails/secrets.ts";
import { loadRecording } from "../../replay/load-recording.ts";
import { snapshotsOf } from "../../replay/snapshots.ts";
import { createTrialRunner } from "../../replay/runner.ts";
import { runTrial } from "../../replay/trial.ts";
import type { Genome } from "../../runtime/kernel/genome.ts";
import { createAnthropicModel } from "../../runtime/kernel/model/anthropic/client.ts";
import type { Recording } from "../../runtime/kernel/playback/recording.ts";
import type { Runtime } from "../../runtime/kernel/run/run-task.ts";
import type { TrajectoryEvent } from "../../runtime/kernel/trajectory/events.ts";
import {
  call,
  overloaded,
  say,
  startMessagesServer,
  type MessagesServer,
  type ScriptedReply,
} from "../helpers/messages-server.ts";
import {
  eventsOf,
  harness,
  makeRuntime,
  recorded,
  type Files,
  type Kit,
  type Recorded,
} from "../helpers/runtime.ts";

/** Each step is one reply with its calls; a model error is asked again once. `WORD` marks where patches differ. */
const loop = (word = "ok"): Files =>
  harness(`
  const messages = [{ role: "user", content: kernel.hello.instruction }];
  const ask = () => kernel.model.create({ messages, tools: kernel.hello.tools });
  for (;;) {
    let reply;
    try { reply = await ask(); } catch (error) { if (!error.retryable) throw error; reply = await ask(); }
    const uses = reply.content.filter((block) => block.type === "tool_use");
    if (uses.length === 0) return { status: "done", summary: reply.content[0]?.text ?? "" };
    const results = [];
    for (const use of uses) {
      const { content, is_error } = await kernel.tools.call({ id: use.id, name: use.name, input: use.input });
      const shown = is_error ? "${word}: " + content : content;
      results.push({ type: "tool_result", tool_use_id: use.id, content: shown });
    }
    messages.push({ role: "assistant", content: reply.content }, { role: "user", content: results });
  }`);

let server: MessagesServer;
let kit: Kit;
let patched: Genome;
let script: (step: number) => ScriptedReply;

beforeAll(async () => {
  server = await startMessagesServer((_, index) => script(index));
  const price = { input: 10, output: 50, cacheRead: 1, cacheWrite: 12 };
  const model = await createAnthropicModel({
    id: "m1",
    apiKey: "k",
    baseUrl: server.url,
    maxOutputTokens: 1000,
    maxRetries: 0,
    price,
  });
  kit = await makeRuntime({
    harness: loop(),
    model,
    guardrailsYaml: 'permissions: { deny: ["bash(forbidden*)"] }',
  });
  patched = await kit.release({ harness: loop("failed") });
});
afterAll(async () => {
  await kit[Symbol.asyncDispose]();
  await server.close();
});

let asked = 0;
beforeEach(() => {
  asked = server.requests.length;
});
/** One reply after the other, from now on; then "over". */
function replies(...list: readonly ScriptedReply[]): void {
  const from = server.requests.length;
  script = (index) => list[index - from] ?? say("over");
}
const requests = (): number => server.requests.length - asked;
const bash = (command: string, id = "t1") => say(call("bash", { command }, id));
const write = (path: string, content: string) => say(call("write", { path, content }, "t2"));
const read = (path: string) => say(call("read", { path }, "t3"));
const again = (first: Recorded, more: Partial<Recording> & { genome?: Genome; workspace?: string } = {}) => {
  const { genome = kit.genome, workspace = kit.folder(), ...choice } = more;
  asked = server.requests.length;
  const recording = { events: first.events, onMiss: "live" as const, ...choice };
  return kit.run({ genome, workspace, purpose: "trial", recording });
};
/** What a run did, without what differs from run to run by nature. */
const traffic = (run: { events: readonly TrajectoryEvent[] }): unknown[] =>
  run.events
    .filter(({ kind }) => kind === "model_called" || kind === "tool_called" || kind === "finished")
    .map((event) =>
      JSON.parse(JSON.stringify({ ...event, ms: 0, replayed: undefined, cost_usd: undefined })),
    );

test("a recorded run repeats exactly, and asks nobody", async () => {
  replies(
    overloaded(),
    write("a.txt", "one\n"),
    bash("cat a.txt; echo two >> a.txt"),
    read("a.txt"),
    say("fine"),
  );
  const first = await kit.run();
  expect(requests()).toBe(5);
  const workspace = kit.folder();
  const second = await again(first, { onMiss: "stop", workspace });
  expect(requests()).toBe(0);
  expect(traffic(second)).toEqual(traffic(first));
  expect(second).toMatchObject({ status: "done", summary: "fine" });
  const { steps, inputTokens, outputTokens, costUsd } = first.totals;
  expect(second.totals).toEqual({ steps, inputTokens, outputTokens, costUsd: 0 });
  expect(second.replayed).toEqual({
    modelCalls: 5,
    toolCalls: 1,
    inputTokens,
    outputTokens,
    usd: expect.closeTo(costUsd ?? 0, 9),
  });
  expect(readFileSync(join(workspace, "a.txt"), "utf8")).toBe("one\ntwo\n");
  expect(eventsOf(second, "model_called").every(({ replayed }) => replayed === true)).toBe(true);
  expect(eventsOf(second, "tool_called").map(({ replayed }) => replayed)).toEqual([
    undefined,
    undefined,
    true,
  ]);
  // What was replayed is a recording like any other.
  const third = await again(second, { onMiss: "stop" });
  expect(traffic(third)).toEqual(traffic(first));
  expect(eventsOf(first, "model_called").some(({ replayed }) => replayed !== undefined)).toBe(false);
});

test("a patched harness is live from the step at which it acts", async () => {
  replies(write("a.txt", "1"), bash("cat missing"), bash("true"), say("fine"));
  const first = await kit.run();
  const workspace = kit.folder();
  replies(bash("cat a.txt", "new"), say("mended"));
  const second = await again(first, { genome: patched, workspace });
  expect(second.replayed).toMatchObject({
    modelCalls: 2,
    miss: { step: 2, what: "the model is asked for something else" },
  });
  expect(requests()).toBe(2);
  expect(second).toMatchObject({ status: "done", summary: "mended" });
  expect(eventsOf(second, "tool_called").at(-1)?.result.content).toBe("1");
  expect(second.totals.costUsd).toBeCloseTo((2 * (10 * 10 + 5 * 50)) / 1e6, 9);
  expect(eventsOf(second, "noted")).toMatchObject([{ note: "replay_missed", data: { step: 2 } }]);
});

test("a trial that is to stop at a miss is undecided, whatever its check would say", async () => {
  const task = await kit.task("instruction: Do it.\nverify: [{ absent: nothing }]");
  replies(bash("cat missing"), say("fine"));
  const signal = new AbortController().signal;
  const trial = { task, purpose: "trial" as const, signal };
  const first = await runTrial(kit.runtime, { ...trial, genome: kit.genome });
  expect(first.pass).toBe(true);
  expect(first.replayed).toBeUndefined();
  const recording = await loadRecording(kit.runtime.store, first.id, { onMiss: "stop" });
  asked = server.requests.length;
  const missed = await runTrial(kit.runtime, { ...trial, genome: patched, recording });
  expect(missed).toMatchObject({
    pass: false,
    undecided: true,
    status: "aborted",
    replayed: { modelCalls: 1 },
  });
  expect(missed.summary).toContain("After 1 model calls: the model is asked for something else");
  expect((await kit.runtime.store.getRun(missed.id)).outcome).toEqual({ kind: "unknown" });
  const same = await runTrial(kit.runtime, { ...trial, genome: kit.genome, recording });
  expect(same).toMatchObject({ pass: true, undecided: false });
  expect(requests()).toBe(0);
});

test("each trial of a runner has a recording of its own, or none", async () => {
  const task = await kit.task("instruction: Do it.\nverify: [{ absent: nothing }]");
  replies(bash("true"), say("recorded"), say("live"));
  const options = {
    genome: kit.genome,
    tasks: [task],
    purpose: "trial" as const,
    signal: new AbortController().signal,
  };
  const runner = createTrialRunner(kit.runtime, 1);
  const [first] = await runner.runAll(options);
  const results = await runner.runAll({
    ...options,
    tasks: [task, task],
    recordingFor: async (id, trial) =>
      id === task.id && trial === 1
        ? loadRecording(kit.runtime.store, first?.id ?? "", { onMiss: "stop" })
        : undefined,
  });
  expect(results.map(({ summary, replayed }) => [summary, replayed?.modelCalls])).toEqual([
    ["live", undefined],
    ["recorded", 2],
  ]);
});

test("a fork is live after so many model calls, and not by a miss", async () => {
  replies(write("a.txt", "1"), read("a.txt"), say("recorded"));
  const first = await kit.run();
  replies(say("live"));
  const forked = await again(first, { forkAt: 2, onMiss: "stop" });
  expect(requests()).toBe(1);
  expect(forked.summary).toBe("live");
  expect(forked.replayed).toMatchObject({ modelCalls: 2, toolCalls: 0 });
  expect(forked.replayed?.miss).toBeUndefined();
  replies(say("all live"));
  expect((await again(first, { forkAt: 0 })).summary).toBe("all live");
});

test("what was redacted still matches, and is read again", async () => {
  const secret = `ghp_${"a1B2".repeat(9)}`;
  replies(read("secret.txt"), bash("cat secret.txt"), say("fine"));
  const workspace = kit.folder({ "secret.txt": secret });
  const first = await kit.run({ workspace });
  expect(JSON.stringify(first.events)).not.toContain(secret);
  const second = await again(first, { onMiss: "stop", workspace });
  expect(second).toMatchObject({ status: "done", replayed: { modelCalls: 3, toolCalls: 0 } });
});

test("an answer out of which a secret was taken is not served: the mark is not what the model said", async () => {
  const secret = `ghp_${"a1B2".repeat(9)}`;
  replies(write("out.txt", secret), say("fine"));
  const first = await kit.run();
  replies(write("out.txt", secret), say("fine"));
  const workspace = kit.folder();
  const second = await again(first, { workspace });
  expect(readFileSync(join(workspace, "out.txt"), "utf8")).toBe(secret);
  expect(second.replayed).toMatchObject({
    modelCalls: 0,
    miss: { what: "a secret was taken out of the answer" },
  });
  expect((await again(first, { onMiss: "stop" })).status).toBe("aborted");
});

test("a call that looks before another one writes sees what is there, not what was there afterwards", async () => {
  const calls = (order: string): Files =>
    harness(`
  const ask = (content) => kernel.model.create({ messages: [{ role: "user", content }] });
  await ask("1");
  const write = () => kernel.tools.call({ id: "w", name: "write", input: { path: "a.txt", content: "new" } });
  const read = () => kernel.tools.call({ id: "r", name: "read", input: { path: "a.txt" } });
  ${order}
  return { status: "done", summary: seen.content };`);
  const first = await kit.run({
    genome: await kit.release({ harness: calls("await write(); const seen = await read();") }),
    workspace: kit.folder({ "a.txt": "old" }),
  });
  expect(first.summary).toBe("new");
  const genome = await kit.release({ harness: calls("const seen = await read(); await write();") });
  const second = await again(first, { genome, workspace: kit.folder({ "a.txt": "old" }) });
  expect(second.summary).toBe("old");
  expect(second.replayed).toMatchObject({ toolCalls: 0, miss: { what: "read gives something else" } });
});

test("a run that ran into a limit of time or money has no more of it when it is replayed", async () => {
  const slow = harness(`
  for (let step = 0; step < 4; step++)
    await kernel.model.create({ messages: [{ role: "user", content: String(step) }] });
  return { status: "done", summary: "" };`);
  const genome = await kit.release({ harness: slow });
  replies();
  const first = await kit.run({ genome });
  const late = first.events.map((event) =>
    event.kind === "model_called" ? { ...event, ms: 40_000 } : event,
  );
  const choice = { genome, purpose: "trial" as const };
  const recording = { events: late, onMiss: "live" as const };
  const timed = await kit.run({ ...choice, recording, caps: { seconds: 100 } });
  expect(timed).toMatchObject({ status: "budget", totals: { steps: 3, costUsd: 0 } });
  expect(eventsOf(timed, "budget_reached")).toMatchObject([{ limit: "seconds" }]);
  const replayed = eventsOf(timed, "model_called").filter((event) => event.replayed === true);
  expect(replayed.map(({ ms }) => ms)).toEqual([40_000, 40_000, 40_000]);
  expect(await kit.run({ ...choice, recording, caps: { seconds: 200 } })).toMatchObject({ status: "done" });
  const usd = (first.totals.costUsd ?? 0) / 4;
  const poor = await kit.run({ ...choice, recording, caps: { usd: 2.5 * usd } });
  expect(poor).toMatchObject({ status: "budget", totals: { steps: 3, costUsd: 0 } });
});

test("a command that gives something else is a miss, and the rest is live", async () => {
  replies(bash("cat a.txt"), read("a.txt"), say("fine"));
  const first = await kit.run({ workspace: kit.folder({ "a.txt": "old" }) });
  replies(read("a.txt"), say("seen"));
  const workspace = kit.folder({ "a.txt": "new" });
  const second = await again(first, { workspace });
  expect(second.replayed).toMatchObject({
    modelCalls: 1,
    toolCalls: 0,
    miss: { step: 1, what: "bash gives something else" },
  });
  expect(eventsOf(second, "tool_called").map(({ result }) => result.content)).toEqual(["new", "new"]);
  const stopped = await again(first, { workspace, onMiss: "stop" });
  expect(stopped.status).toBe("aborted");
  expect(requests()).toBe(0);
});

test("policy is asked again: what was denied stays so, and what is denied now is not served", async () => {
  replies(bash("forbidden"), say("fine"));
  const first = await kit.run();
  const second = await again(first, { onMiss: "stop" });
  expect(second.status).toBe("done");
  expect(eventsOf(second, "tool_called")[0]).toMatchObject({ decision: { verdict: "deny" } });
  replies(read("a.txt"), say("fine"));
  const reads = await kit.run({ workspace: kit.folder({ "a.txt": "text" }) });
  replies(say("told"));
  const { home } = kit.runtime;
  const stricter: Runtime = {
    ...kit.runtime,
    home: {
      ...home,
      guardrails: { ...home.guardrails, permissions: { ...home.guardrails.permissions, deny: ["read(*)"] } },
    },
  };
  const refused = await recorded(stricter, {
    instruction: "Do it.",
    workspace: kit.folder(),
    genome: kit.genome,
    purpose: "trial",
    signal: new AbortController().signal,
    recording: { events: reads.events, onMiss: "live" },
  });
  expect(refused.replayed).toMatchObject({ toolCalls: 0, miss: { what: "read is not allowed, and was" } });
  expect(eventsOf(refused, "tool_called")[0]?.result.content).toContain("not allowed");
  const looser: Runtime = {
    ...kit.runtime,
    home: { ...home, guardrails: { ...home.guardrails, permissions: { allow: [], ask: [], deny: [] } } },
  };
  const allowed = await recorded(looser, {
    instruction: "Do it.",
    workspace: kit.folder(),
    genome: kit.genome,
    purpose: "trial",
    signal: new AbortController().signal,
    recording: { events: first.events, onMiss: "stop" },
  });
  expect(allowed.replayed?.miss?.what).toBe("bash is allowed, and was not");
});

test("calls that go on at the same time are known again, in whatever order they end", async () => {
  const twice = harness(`
  const ask = (content) => kernel.model.create({ messages: [{ role: "user", content }] });
  await ask("1");
  const use = (id, name, input) => kernel.tools.call({ id, name, input });
  const results = await Promise.all([
    use("a", "bash", { command: "sleep 0.2; echo slow" }), use("b", "write", { path: "b", content: "b" }),
    use("c", "read", { path: "a.txt" }), use("d", "read", { path: "a.txt" })]);
  await ask(results.map(({ content }) => content).join());
  return { status: "done", summary: "" };`);
  const genome = await kit.release({ harness: twice });
  replies();
  const first = await kit.run({ genome, workspace: kit.folder({ "a.txt": "text" }) });
  expect(eventsOf(first, "tool_called").at(-1)?.name).toBe("bash");
  const second = await again(first, { genome, onMiss: "stop", workspace: kit.folder({ "a.txt": "text" }) });
  // A command went on while the file was read: whether it had changed it by then is not known, so it is read again.
  expect(second).toMatchObject({ status: "done", replayed: { modelCalls: 2, toolCalls: 0 } });
});

test("limits act as they did: steps and tokens count, whoever answered", async () => {
  replies(...Array.from({ length: 5 }, () => bash("true")));
  const first = await kit.run({ caps: { steps: 3 } });
  expect(first).toMatchObject({ status: "budget", totals: { steps: 3 } });
  asked = server.requests.length;
  const again = { purpose: "trial" as const, recording: { events: first.events, onMiss: "stop" as const } };
  expect(await kit.run({ ...again, caps: { steps: 3 } })).toMatchObject({
    status: "budget",
    totals: { steps: 3 },
  });
  const tokens = first.totals.inputTokens + first.totals.outputTokens;
  expect(await kit.run({ ...again, caps: { tokens: tokens - 1 } })).toMatchObject({ totals: { steps: 3 } });
  expect(await kit.run({ ...again, caps: { tokens: 1 } })).toMatchObject({ totals: { steps: 1 } });
  expect(requests()).toBe(0);
});

test("two models are never mixed in a run that may go live", async () => {
  replies(bash("true"), say("fine"));
  const first = await kit.run();
  const other = first.events.map((event) =>
    event.kind === "run_started" ? { ...event, model: "claude/other" } : event,
  );
  replies(say("mine"));
  const mixed = await again({ ...first, events: other });
  expect(mixed).toMatchObject({ summary: "mine", replayed: { modelCalls: 0, miss: { step: 0 } } });
  expect(mixed.replayed?.miss?.what).toContain("claude/other");
  expect(await again({ ...first, events: other }, { onMiss: "stop" })).toMatchObject({
    status: "done",
    summary: "fine",
  });
});

test("a recording that ends early, is empty, or has no keys answers as far as it goes", async () => {
  replies(bash("true"), bash("echo 2"), say("fine"));
  const first = await kit.run();
  const second = first.events.findIndex((event) => event.kind === "model_called" && event.step === 1);
  const whatOf = async (
    events: readonly TrajectoryEvent[],
  ): Promise<[number | undefined, string | undefined]> => {
    const { replayed, status } = await again({ ...first, events }, { onMiss: "stop" });
    expect(status).toBe("aborted");
    return [replayed?.modelCalls, replayed?.miss?.what];
  };
  expect(await whatOf(first.events.slice(0, second))).toEqual([1, "the recording ends here"]);
  expect(await whatOf(first.events.slice(0, second + 1))).toEqual([
    2,
    "bash is called, which the recording does not have here",
  ]);
  expect(await whatOf([])).toEqual([0, "the recording ends here"]);
  const old = JSON.parse(JSON.stringify(first.events)) as TrajectoryEvent[];
  for (const event of old) if (event.kind === "model_called") delete event.request.key;
  expect(await whatOf(old)).toEqual([
    0,
    "the recording is older than the keys by which requests are matched",
  ]);
  expect(requests()).toBe(0);
});

test("a recorded call that is left out is a miss, though the model is asked the same", async () => {
  const blind = (body: string): Files =>
    harness(`
  await kernel.model.create({ messages: [{ role: "user", content: "1" }] });
  ${body}
  await kernel.model.create({ messages: [{ role: "user", content: "2" }] });
  return { status: "done", summary: "" };`);
  const touches = await kit.release({
    harness: blind('await kernel.tools.call({ id: "c", name: "write", input: { path: "a", content: "" } });'),
  });
  const first = await kit.run({ genome: touches });
  const second = await again(first, { genome: await kit.release({ harness: blind("") }), onMiss: "stop" });
  expect(second.replayed).toMatchObject({
    modelCalls: 1,
    miss: { step: 1, what: "write was called here, and now is not" },
  });
});

test("files outside of the workspace are those of the release that runs", async () => {
  const skill = (text: string) => ({ "one/SKILL.md": `---\nname: one\ndescription: One.\n---\n\n${text}\n` });
  const before = await kit.release({ harness: loop(), skills: skill("before") });
  const after = await kit.release({ harness: loop(), skills: skill("after") });
  replies(read("/skills/one/SKILL.md"), say("fine"));
  const first = await kit.run({ genome: before });
  replies(say("fine"));
  const second = await again(first, { genome: after });
  expect(second.replayed?.miss?.what).toBe("read gives something else");
  expect(eventsOf(second, "tool_called")[0]?.result.content).toContain("after");
});

test("a run that was stopped is a recording up to there", async () => {
  const stop = new AbortController();
  replies(bash("true"), { kind: "hang", at: "headers" });
  const running = kit.run({ signal: stop.signal });
  await server.received(server.requests.length + 2);
  stop.abort();
  const first = await running;
  expect(first.status).toBe("aborted");
  replies(say("further"));
  const second = await again(first);
  expect(second).toMatchObject({
    summary: "further",
    replayed: { modelCalls: 1, miss: { step: 1, what: "the recording ends here" } },
  });
});

test("other hosts are not asked again; services of the task are", async () => {
  // A service that counts what it is asked.
  const count = `import { createServer } from "node:http"; let n = 0;
createServer((_, response) => response.end(String(++n))).listen(process.env.SOCKET);`;
  const task = await kit.task(
    "instruction: Do it.\nverify: [{ absent: nothing }]\nservices: [{ host: counter.test, script: count.mjs }]",
    { "verify/count.mjs": count },
  );
  const get = (): ScriptedReply => say(call("http", { url: "http://counter.test/" }, "t"));
  replies(get(), say("fine"));
  const first = await kit.run({ task });
  replies(get(), say("fine"));
  const forked = await kit.run({
    task,
    purpose: "trial",
    recording: { events: first.events, forkAt: 1, onMiss: "stop" },
  });
  expect(eventsOf(forked, "tool_called").map(({ result }) => result.content.at(-1))).toEqual(["1", "2"]);
  const { createServer } = await import("node:http");
  let hits = 0;
  await using outside = createServer((_, response) => response.end(String(++hits))).listen(0, "127.0.0.1");
  await new Promise((resolve) => outside.once("listening", resolve));
  const address = outside.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { home } = kit.runtime;
  const open: Runtime = {
    ...kit.runtime,
    redact: cleaner([]),
    home: { ...home, guardrails: { ...home.guardrails, network: { hosts: [`127.0.0.1:${port}`] } } },
  };
  const request = { instruction: "Do it.", genome: kit.genome, signal: new AbortController().signal };
  replies(say(call("http", { url: `http://127.0.0.1:${port}/`, method: "POST" }, "t")), say("fine"));
  const posted = await recorded(open, { ...request, purpose: "live", workspace: kit.folder() });
  expect(hits).toBe(1);
  const served = await recorded(open, {
    ...request,
    purpose: "trial",
    workspace: kit.folder(),
    recording: { events: posted.events, onMiss: "stop" },
  });
  expect(served).toMatchObject({ status: "done", replayed: { toolCalls: 1 } });
  expect(hits).toBe(1);
});

test("a trial may begin with a snapshot", async () => {
  const { snapshot } = await import("../../runtime/kernel/workspace/snapshot.ts");
  const store = snapshotsOf(kit.runtime.home);
  const folder = kit.folder({ "a.txt": "kept" });
  const { tree } = await snapshot({ workspace: folder, store });
  writeFileSync(join(folder, "a.txt"), "changed");
  const task = await kit.task("instruction: Do it.\nverify: [{ file: a.txt, equals: truth }]", {
    "verify/truth": "kept",
  });
  replies(say("fine"));
  const result = await runTrial(kit.runtime, {
    task,
    genome: kit.genome,
    purpose: "trial",
    signal: new AbortController().signal,
    origin: { kind: "snapshot", tree, store },
  });
  expect(result.pass).toBe(true);
});
