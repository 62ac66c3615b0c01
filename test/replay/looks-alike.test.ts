/**
 * A candidate that could tell a trial from a live run could behave well only while it is watched. A harness that looks at all
 * it can reach, and through every tool, must see the same in both.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { runTaskFolder } from "../../replay/live.ts";
import { loadRecording } from "../../replay/load-recording.ts";
import { runTrial } from "../../replay/trial.ts";
import { createAnthropicModel } from "../../runtime/kernel/model/anthropic/client.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import type { TrajectoryEvent } from "../../runtime/kernel/trajectory/events.ts";
import {
  call,
  overloaded,
  say,
  startMessagesServer,
  type MessagesServer,
} from "../helpers/messages-server.ts";
import { harness, makeRuntime, type Kit } from "../helpers/runtime.ts";

const COMMANDS = [
  "env | sort; pwd; id; hostname; uname -a; umask; ulimit -a; echo $$; ps -e 2>/dev/null | wc -l",
  "sed -E 's/^[0-9]+ [0-9]+ [0-9]+:[0-9]+ //; s/(shared|master|propagate_from):[0-9]+//' /proc/self/mountinfo",
  "cat /proc/self/cgroup; tr '\\0' ' ' </proc/1/cmdline",
  "ls -lan --time-style=+ /workspace /skills / /tmp; ls -lan --time-style=+ /proc/self/fd; find / -xdev -maxdepth 2 2>/dev/null | sort",
  "stat -c '%n %U %G %a %F %i' /workspace | sed 's/[0-9]*$//'; df -P /workspace /tmp | cut -c1-12; cat /workspace/.seen; echo x > .seen",
  "ls /nowhere",
];

/** Notes the shape and order of all it gets, as text. */
const LOOK = harness(
  `
  const seen = [];
  const look = (what, value) => seen.push(what + " " + JSON.stringify(value));
  const shape = (value) => Object.getOwnPropertyNames(value).map((name) => [name, typeof value[name],
    JSON.stringify(Object.getOwnPropertyDescriptor(value, name), (key, v) => typeof v === "function" ? String(v).length : v)]);
  look("hello", kernel.hello);
  look("globals", [typeof globalThis, typeof process, typeof require, typeof Buffer, typeof fetch, typeof Date, typeof performance, typeof setTimeout, typeof console, typeof navigator, typeof crypto, typeof WebAssembly, typeof SharedArrayBuffer, typeof Atomics, typeof Intl, typeof URL, typeof structuredClone, typeof gc, typeof Math]);
  look("kernel", [shape(kernel), shape(kernel.model), shape(kernel.tools), shape(kernel.skills)]);
  look("meta", [import.meta.url, import.meta.filename, String(new Error("x").stack), Object.getOwnPropertyNames(console)]);
  let last = kernel.elapsed();
  const forward = () => { const now = kernel.elapsed(); const ok = now >= last; last = now; return ok; };
  const ask = async (content) => {
    try { return await kernel.model.create({ messages: [{ role: "user", content }], tools: kernel.hello.tools }); }
    catch (error) { return [Object.entries(error), String(error)]; }
  };
  const use = async (name, input) => {
    try { return await kernel.tools.call({ id: "c" + seen.length, name, input }); }
    catch (error) { return [Object.entries(error), String(error)]; }
  };
  look("error", await ask("1"));
  look("reply", await ask("2"));
  for (const [name, input] of [["write", { path: "b.txt", content: "b" }], ["read", { path: "a.txt" }], ["read", { path: "none" }],
    ["read", { path: "/etc/passwd" }], ["grep", { pattern: "a" }], ["glob", { pattern: "**" }], ["nope", {}], ["read", {}],
    ["http", { url: "http://here.test/" }], ["http", { url: "http://other.test/" }]]) look(name, await use(name, input));
  for (const command of COMMANDS) { look("bash", await use("bash", { command })); look("forward", forward()); }
  look("skills", [await kernel.skills.search("add", 3), await kernel.skills.load("csv-total")]);
  look("missing", await kernel.skills.load("nope").catch((error) => [Object.entries(error), String(error)]));
  look("both", await Promise.all([use("read", { path: "a.txt" }), use("bash", { command: "sleep 0.1" }), ask("3")]));
  look("end", [forward(), kernel.aborted, kernel.takeSteering()]);
  for (let at = 0; at < seen.length; at++)
    for (let from = 0; from < seen[at].length; from += 20000) await kernel.note("seen", { text: seen[at].slice(from, from + 20000) });
  return { status: "done", summary: "" };`,
  `const COMMANDS: string[] = ${JSON.stringify(COMMANDS)};`,
);

let server: MessagesServer;
let kit: Kit;
let task: TaskOnDisk;
beforeAll(async () => {
  server = await startMessagesServer((request) => {
    const [first] = request.body["messages"] as { content: string }[];
    if (JSON.stringify(first).includes('"1"')) return overloaded({});
    return say("I look.", call("bash", { z: 1, a: { y: 2, b: [] } }, "toolu_1"));
  });
  const model = await createAnthropicModel({
    id: "m1",
    apiKey: "k",
    baseUrl: server.url,
    maxOutputTokens: 1000,
    maxRetries: 0,
    price: { input: 1, output: 1, cacheRead: 1, cacheWrite: 1 },
  });
  kit = await makeRuntime({ harness: LOOK, model });
  const serve = `import { createServer } from "node:http";
createServer((_, response) => { response.setHeader("date", "x"); response.end("here"); }).listen(process.env.SOCKET);`;
  task = await kit.task(
    "instruction: Look.\nverify: [{ absent: nothing }]\nservices: [{ host: here.test, script: serve.mjs }]",
    { "workspace/a.txt": "a\n", "verify/serve.mjs": serve },
  );
});
afterAll(async () => {
  await kit[Symbol.asyncDispose]();
  await server.close();
});

/** What the harness saw, without what is drawn anew for each run: names of scratch folders, numbers of processes and inodes. */
function seenIn(events: readonly TrajectoryEvent[]): string[] {
  const text = events
    .flatMap((event) => (event.kind === "noted" && event.note === "seen" ? [String(event.data["text"])] : []))
    .join("\n");
  return text
    .replaceAll(/ratchet-[A-Za-z0-9]{6}/g, "ratchet-XXXXXX")
    .replaceAll(/bindfile\w{6}/g, "bindfileXXXXXX")
    .replaceAll(/dr-xr-xr-x\s+\d+(.* proc\b)/g, "dr-xr-xr-x N$1")
    .replaceAll(/\d+ -> \/proc\/\d+/g, "N -> /proc/N")
    .replaceAll(/(pipe|socket):\[\d+\]/g, "$1:[I]")
    .split(/\\\\n|\\n|\n/);
}

function without(events: readonly TrajectoryEvent[]): unknown[] {
  return events.flatMap((event) =>
    event.kind === "harness_exited" ? [event.coverage, event.exit, event.stderr] : [],
  );
}

test("a live run of a suite, a live trial and a recorded one look alike from inside", async () => {
  const signal = new AbortController().signal;
  const eventsOf = async (id: string): Promise<TrajectoryEvent[]> =>
    (await kit.runtime.store.events(id)).map(({ event }) => event);
  const live = await runTaskFolder(kit.runtime, { dir: task.dir, release: kit.genome.sha, signal });
  const request = { task, genome: kit.genome, purpose: "trial" as const, signal };
  const trial = await runTrial(kit.runtime, request);
  const asked = server.requests.length;
  const recording = await loadRecording(kit.runtime.store, trial.id, { onMiss: "live" });
  const recorded = await runTrial(kit.runtime, { ...request, recording });

  const seen = await eventsOf(live.id);
  expect(seenIn(seen).length).toBeGreaterThan(100);
  for (const other of [trial, recorded]) {
    expect(other.status).toBe("done");
    const events = await eventsOf(other.id);
    expect(seenIn(events)).toEqual(seenIn(seen));
    expect(without(events)).toEqual(without(seen));
  }
  // Served, as far as what is drawn anew does not show: the first two answers of the model, and what was looked at.
  expect(recorded.replayed).toMatchObject({ modelCalls: 2, miss: { what: "bash gives something else" } });
  expect(recorded.replayed?.toolCalls).toBe(4);
  expect(server.requests.length - asked).toBe(1);
});
