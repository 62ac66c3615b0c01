/** Quick trials: several cases in one process of a real harness, in a real sandbox, which keeps nothing from case to case. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { SandboxSpec } from "../../../guardrails/sandbox/sandbox.ts";
import { createScratchGenome } from "../../../replay/quick/scratch-genome.ts";
import { tryCases, type QuickLimits, type QuickResult } from "../../../replay/quick/try-cases.ts";
import { runTrial } from "../../../replay/trial.ts";
import type { TaskOnDisk } from "../../../runtime/kernel/suite/task.ts";
import { harness, makeRuntime, type Files, type Kit } from "../../helpers/runtime.ts";

let kit: Kit;
const own = mkdtempSync(join(tmpdir(), "ratchet-quick-"));
beforeAll(async () => {
  vi.stubEnv("TMPDIR", own);
  kit = await makeRuntime({ agentYaml: "sandbox: { memory_mb: 256 }" });
});
afterAll(async () => {
  await kit[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
  rmSync(own, { recursive: true });
});

const signal = new AbortController().signal;
const WRITE = (text: string): string =>
  `await kernel.tools.call({ id: "a", name: "write", input: { path: "out.txt", content: ${text} } });`;
const DONE = 'return { status: "done", summary: "" };';

/** Writes how often each module has counted in it, the instruction, and what it could leave where. */
const COUNTING: Files = {
  "main.ts": `import { next } from "./state.ts";
import { again } from "./again.ts";
let own = 0;
export async function run(kernel: any) {
  own += 1;
  ${WRITE("[own, next(), again(), kernel.aborted, kernel.hello.instruction].join()")}
  ${DONE}
}
`,
  "state.ts": "let count = 0;\nexport const next = () => ++count;\n",
  "again.ts": 'import { next } from "./state.ts";\nexport const again = () => next();\n',
};

/** A task that is solved when `out.txt` says so. */
async function wanting(instruction: string, text: string): Promise<TaskOnDisk> {
  const yaml = `instruction: ${JSON.stringify(instruction)}\nverify: [{ file: out.txt, equals: out.txt }]`;
  return kit.task(yaml, { "verify/out.txt": text });
}

async function quick(
  files: Files,
  tasks: readonly TaskOnDisk[],
  more: { goOn?: (result: QuickResult) => boolean; limits?: Partial<QuickLimits> } = {},
): Promise<{ verdicts: string[]; started: readonly SandboxSpec[] }> {
  const genome = await kit.release({ harness: files });
  const started: SandboxSpec[] = [];
  const { sandbox } = kit.runtime;
  const spawn = (spec: SandboxSpec): ReturnType<typeof sandbox.spawn> => {
    started.push(spec);
    return sandbox.spawn(spec);
  };
  const limits = { seconds: 30, cpuSeconds: 10, ...more.limits };
  const { goOn = () => true } = more;
  const runtime = { ...kit.runtime, sandbox: { ...sandbox, spawn } };
  const results = await tryCases(runtime, { genome, tasks, limits, signal, goOn });
  return { verdicts: results.map(({ verdict }) => verdict), started };
}

describe("several cases in one process", () => {
  test("each finds its modules as they were loaded, and its own workspace and instruction", async () => {
    const tasks = await Promise.all(
      ["one", "two", "three"].map((name) => wanting(name, `1,1,2,false,${name}`)),
    );
    const { verdicts, started } = await quick(COUNTING, tasks);
    expect(verdicts).toEqual(["pass", "pass", "pass"]);
    expect(started).toHaveLength(1);
  });

  test("say what real trials say, and leave no record and no folder", async () => {
    const tasks = [await wanting("right", "1,1,2,false,right"), await wanting("wrong", "something else")];
    const genome = await kit.release({ harness: COUNTING });
    const real = await Promise.all(
      tasks.map((task) => runTrial(kit.runtime, { task, genome, purpose: "trial", signal })),
    );
    const [rows, folders] = [await kit.runtime.store.listRuns({ limit: -1 }), foldersOf()];
    const { verdicts } = await quick(COUNTING, tasks);
    expect(verdicts).toEqual(real.map(({ pass }) => (pass ? "pass" : "fail")));
    expect(await kit.runtime.store.listRuns({ limit: -1 })).toEqual(rows);
    expect(foldersOf()).toEqual(folders);
  });

  test("end where nobody wants to go on", async () => {
    const tasks = [await wanting("a", "1,1,2,false,a"), await wanting("b", "no"), await wanting("c", "no")];
    const { verdicts } = await quick(COUNTING, tasks, { goOn: ({ verdict }) => verdict === "pass" });
    expect(verdicts).toEqual(["pass", "fail"]);
  });

  test("nothing is kept on the language, and the second does not look like one", async () => {
    const things = [
      "[].map",
      "console.log",
      "Math.max",
      'Object.getOwnPropertyDescriptor(Map.prototype, "size")!.get',
      "Symbol.prototype[Symbol.toPrimitive]",
      "Intl.NumberFormat.prototype.formatToParts",
      "new AbortController().signal.throwIfAborted",
      "Object.getPrototypeOf(function* () {}.prototype).next",
      "stopped().constructor",
      "stopped().toString",
      "event().constructor",
    ];
    const body = `  const tell = (value: any) => { try { value.n = (value.n ?? 0) + 1; } catch {} return value.n ?? 0; };
  const put = (value: any) => { try { Object.defineProperty(value, "name", { value: "kept" }); } catch {} return value.name === "kept" ? 1 : 0; };
  if (kernel.hello.instruction === "one") AbortSignal.timeout(100).onabort = () => { /(k.*)/.exec("kept"); };
  else await kernel.sleep(400);
  const last = [(RegExp as any).input, RegExp.$1].map((text) => (text ?? "").includes("kept") ? 1 : 0);
  const stack = new Error().stack ?? "";
  const things: any[] = [${things.join(", ")}];
  const found = [...things.map(tell), ...things.map(put), ...last, /main\\.ts:\\d+:\\d+/.test(stack) ? 0 : 1, stack.includes("?") ? 1 : 0];
  ${WRITE("found.join()")}
  ${DONE}`;
    const before = `const stopped = () => { const it = new AbortController(); it.abort(); return it.signal.reason; };
const event = () => { let seen: any; const it = new AbortController(); it.signal.onabort = (told) => { seen = told; }; it.abort(); return seen; };`;
    const none = Array.from({ length: things.length * 2 + 4 }, () => 0).join();
    const tasks = await Promise.all(["one", "two"].map((name) => wanting(name, none)));
    const { verdicts, started } = await quick(harness(body, before), tasks);
    expect(started).toHaveLength(1);
    expect(verdicts).toEqual(["pass", "pass"]);
  });

  test("what a case leaves behind is neither heard nor woken in the next", async () => {
    const body = `  const later = async () => {
    await kernel.sleep(kernel.hello.instruction === "first" ? 100 : 1);
    ${WRITE("kernel.hello.instruction")}
  };
  if (kernel.hello.instruction === "first") void later();
  else await kernel.sleep(300);
  const found = await kernel.tools.call({ id: "r", name: "read", input: { path: "out.txt" } });
  ${WRITE("String(found.is_error)")}
  ${DONE}`;
    const tasks = [await wanting("first", "true"), await wanting("second", "true")];
    const { verdicts, started } = await quick(harness(body), tasks);
    expect(verdicts).toEqual(["pass", "pass"]);
    expect(started).toHaveLength(1);
  });
});

describe("a case that does not end well is of no use, and does not spoil the next", () => {
  test.each([
    ["throws", 'throw new Error("no")', 1],
    ["waits for what never comes", "await new Promise(() => {})", 2],
    [
      "throws where nobody waits",
      "void (async () => { throw new Error() })(); await kernel.sleep(10_000)",
      2,
    ],
    ["loops without end", "for (;;);", 2],
    ["writes what is no request", 'for (;;) await kernel.note("x".repeat(100), {}).catch(() => 0)', 2],
    ["asks without end", 'for (;;) await kernel.tools.call({ id: "a", name: "none", input: 1 })', 1],
  ])("%s", async (_, what, processes) => {
    const body = `  if (kernel.hello.instruction === "bad") { ${what}; }\n  ${WRITE('"well"')}\n  ${DONE}`;
    const tasks = [await wanting("bad", "well"), await wanting("good", "well")];
    const { verdicts, started } = await quick(harness(body), tasks, { limits: { cpuSeconds: 1 } });
    expect(verdicts).toEqual(["fail", "pass"]);
    expect(started.length).toBeLessThanOrEqual(processes);
  });

  test("also not one that does not even load", async () => {
    const tasks = [await wanting("a", ""), await wanting("b", "")];
    expect((await quick({ "main.ts": "throw new Error('no');" }, tasks)).verdicts).toEqual(["fail", "fail"]);
    expect((await quick({ "main.ts": "export const run = ;" }, tasks)).verdicts).toEqual(["fail"]);
  });

  test("a case that ends the process of others is tried again in one of its own", async () => {
    const body = `  ${WRITE('"well"')}
  if (kernel.hello.instruction === "first") AbortSignal.timeout(300).onabort = () => { for (;;); };
  else await kernel.sleep(1000);
  ${DONE}`;
    const tasks = [await wanting("first", "well"), await wanting("second", "well")];
    const { verdicts, started } = await quick(harness(body), tasks, { limits: { cpuSeconds: 1 } });
    expect(verdicts).toEqual(["pass", "pass"]);
    expect(started).toHaveLength(2);
  });
});

test("the process sees what that of a real trial sees, and its limits are no wider", async () => {
  const task = await wanting("x", "1,1,2,false,x");
  const { started } = await quick(COUNTING, [task]);
  const genome = await kit.release({ harness: COUNTING });
  const real: SandboxSpec[] = [];
  const { sandbox } = kit.runtime;
  const spawn = (spec: SandboxSpec): ReturnType<typeof sandbox.spawn> => {
    real.push(spec);
    return sandbox.spawn(spec);
  };
  await runTrial(
    { ...kit.runtime, sandbox: { ...sandbox, spawn } },
    { task, genome, purpose: "trial", signal },
  );
  const shown = ({ mounts, env, cwd, argv }: SandboxSpec) => ({
    targets: mounts.map(({ target, access }) => [target, access]),
    env: env((target) => target),
    cwd,
    argv: argv((target) => target).filter((part) => part !== "in-turn"),
  });
  expect(started.map(shown)).toEqual(real.map(shown));
  const [narrow, wide] = [started, real].map(([spec]) => ({ ...spec?.limits, wallMs: 0, cpuSeconds: 0 }));
  expect(narrow).toEqual(wide);
  expect(started[0]?.limits.cpuSeconds).toBeLessThanOrEqual(real[0]?.limits.cpuSeconds ?? 0);
});

test("a genome on scratch has the changes, and the parent keeps its own", async () => {
  const parent = await kit.release({
    harness: harness(`${WRITE('"old"')}\n${DONE}`),
    prompts: { "system.md": "old" },
  });
  const changes = [
    {
      path: "harness/main.ts",
      after: harness(`${WRITE("kernel.hello.prompts.system")}\n${DONE}`)["main.ts"] ?? "",
    },
    { path: "prompts/system.md", after: "new" },
  ];
  const task = await wanting("x", "new");
  const { runtime } = kit;
  const limits = { seconds: 30, cpuSeconds: 10 };
  const before = foldersOf();
  {
    await using scratch = await createScratchGenome(parent, changes);
    const request = { tasks: [task], limits, signal, goOn: () => true };
    expect(await tryCases(runtime, { ...request, genome: scratch.genome })).toMatchObject([
      { verdict: "pass" },
    ]);
    expect(await tryCases(runtime, { ...request, genome: parent })).toMatchObject([{ verdict: "fail" }]);
  }
  expect(foldersOf()).toEqual(before);
});

function foldersOf(): string[] {
  return readdirSync(own);
}
