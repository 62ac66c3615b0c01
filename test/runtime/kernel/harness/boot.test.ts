/** Harnesses of every kind, through the real sandbox, as `runTask` runs them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { forbiddenGlobals, LANGUAGE_GLOBALS } from "../../../../guardrails/globals.ts";
import { harnessLimits } from "../../../../guardrails/sandbox/defaults.ts";
import { startHarness } from "../../../../runtime/kernel/harness/process.ts";
import type { Hello, Request } from "../../../../runtime/kernel/protocol.ts";
import type { RunRequest } from "../../../../runtime/kernel/run/run-task.ts";
import {
  eventsOf,
  harness,
  makeRuntime,
  type Files,
  type Kit,
  type Recorded,
} from "../../../helpers/runtime.ts";

let kit: Kit;
beforeAll(async () => {
  kit = await makeRuntime({ agentYaml: "sandbox: { memory_mb: 256 }\nbudgets: { seconds: 60 }" });
});
afterAll(() => kit[Symbol.asyncDispose]());

async function runHarness(files: Files, request: Partial<RunRequest> = {}): Promise<Recorded> {
  const prompts = { "system.md": "Be brief.\n", "part.md": "Part.\n" };
  return kit.run({ ...request, genome: await kit.release({ harness: files, prompts }) });
}

const HELLO: Hello = {
  type: "hello",
  protocol: 1,
  instruction: "i",
  workspace: "/workspace",
  tools: [],
  prompts: {},
  limits: { steps: 1, context_tokens: 1000, output_tokens: 10 },
};
const DONE = 'return { status: "done", summary: "" };';
/** A summary made of a value. */
const tell = (expression: string): string =>
  `return { status: "done", summary: JSON.stringify(${expression}) };`;
const exitOf = (result: Recorded) => eventsOf(result, "harness_exited")[0];

describe("what a harness gets", () => {
  test("the hello: instruction, tools, prompts, limits", async () => {
    const result = await runHarness(harness(tell("kernel.hello")), {
      instruction: "Grüße 😀",
      caps: { steps: 7 },
    });
    const hello = JSON.parse(result.summary);
    expect(hello).toMatchObject({
      instruction: "Grüße 😀",
      workspace: "/workspace",
      prompts: { system: "Be brief.\n", part: "Part.\n" },
      limits: { steps: 7, output_tokens: 8192 },
    });
    expect(hello.tools.map((tool: { name: string }) => tool.name)).toContain("bash");
  });

  test("prompts that are missing are not there, and no error", async () => {
    const genome = await kit.release({ harness: harness(tell("kernel.hello.prompts")), prompts: {} });
    expect(JSON.parse((await kit.run({ genome })).summary)).toEqual({});
  });

  test("skills, tools and errors with their code, whose stack begins at the line that asked", async () => {
    const result = await runHarness(
      harness(`  const hits = await kernel.skills.search("csv", 1);
  const skill = await kernel.skills.load(hits[0].name);
  const call = await kernel.tools.call({ id: "a", name: "bash", input: { command: "printf hello" } });
  try {
    await kernel.skills.load("no such skill");
  } catch (error: any) {
    ${tell("[hits.length, skill.name === hits[0].name, call.content, error.code, error.stack]")}
  }`),
    );
    expect(JSON.parse(result.summary)).toEqual([
      1,
      true,
      "hello",
      "not_found",
      expect.stringMatching(/main\.ts:7:\d+/),
    ]);
  });

  test("what cannot be sent is an error at once: circular, too long", async () => {
    const result = await runHarness(
      harness(`  const errors: string[] = [];
  const circle: any = {};
  circle.circle = circle;
  for (const data of [circle, { n: 1n }, { long: "x".repeat(9_000_000) }]) {
    await kernel.note("k", data).catch((error: Error) => errors.push(error.message));
  }
  ${tell("errors")}`),
    );
    const [circular, bigint, long] = JSON.parse(result.summary);
    expect(circular).toContain("circular");
    expect(bigint).toContain("BigInt");
    expect(long).toContain("longer than 8388608 bytes");
  });

  test("what a person adds on the way is handed out once, in order", async () => {
    const genome = await kit.release({
      harness: harness(`  const seen: string[][] = [];
  await kernel.note("ready", {});
  for (let i = 0; i < 3; i++) seen.push(kernel.takeSteering());
  ${tell("seen")}`),
    });
    const requests: Request[] = [];
    const child = startHarness({
      sandbox: kit.runtime.sandbox,
      code: genome.compiled.kind === "ready" ? genome.compiled.dir : "",
      limits: harnessLimits(30_000),
      async serve(request) {
        requests.push(request);
        for (const text of request.method === "note" ? ["first", "second"] : [])
          child.send({ type: "steer", text });
        return { type: "response", id: request.id, result: null };
      },
      onBroken: (detail) => expect.unreachable(detail),
    });
    child.send(HELLO);
    expect(await child.ended).toEqual({ exit: { kind: "exited", code: 0 }, stderr: "" });
    expect(requests.map(({ method }) => method)).toEqual(["note", "finish", "exit"]);
    expect(requests[1]?.params).toMatchObject({ summary: JSON.stringify([["first", "second"], [], []]) });
  });

  test("sleep ends when the run is aborted; a harness that heeds it keeps its summary", async () => {
    const stop = new AbortController();
    const result = await runHarness(
      harness(`  await kernel.note("asleep", {});
  await kernel.sleep(1e12);
  await kernel.sleep(1e12);
  return { status: "aborted", summary: "half done, aborted: " + kernel.aborted };`),
      { signal: stop.signal, watch: (event) => event.kind === "noted" && stop.abort() },
    );
    expect(result).toMatchObject({ status: "aborted", summary: "half done, aborted: true" });
    expect(exitOf(result)?.exit).toBe("exit code 0");
  });
});

describe("what a harness does not get", () => {
  test("no global but those of the language", async () => {
    const names = [...forbiddenGlobals()].filter((name) => /^[A-Za-z_$]\w*$/.test(name));
    expect(names).toEqual(
      expect.arrayContaining(["process", "fetch", "Buffer", "setTimeout", "eval", "Function"]),
    );
    const all = [...names, "require", "module"].map((name) => `${name}: typeof ${name}`).join(", ");
    const result = await runHarness(
      harness(`const found: Record<string, string> = { ${all} };
  ${tell('Object.keys(found).filter((name) => found[name] !== "undefined")')}`),
    );
    expect(JSON.parse(result.summary)).toEqual([]);
  });

  test("every global of the language that the guard lets a harness use", async () => {
    const names = [...LANGUAGE_GLOBALS].filter((name) => !["arguments", "undefined"].includes(name));
    const found = names.map((name) => `${name}: typeof ${name}`).join(", ");
    const result = await runHarness(
      harness(`const found: Record<string, string> = { ${found} };
  ${tell('Object.keys(found).filter((name) => found[name] === "undefined")')}`),
    );
    expect(JSON.parse(result.summary)).toEqual([]);
  });

  test("no code from text", async () => {
    const result = await runHarness(harness('(() => 0).constructor("return 1")();'));
    expect(result).toMatchObject({
      status: "error",
      summary: expect.stringContaining("Code generation from strings disallowed"),
    });
  });

  test("no module but its own, however it is written", async () => {
    const specifiers = [
      "node:fs",
      "fs",
      "zod",
      "/etc/hostname",
      "file:///kernel/boot.mjs",
      "../../kernel/boot.mjs",
      "./%2e%2e/%2e%2e/kernel/boot.mjs",
      "data:text/javascript,export default 1",
      "https://example.com/x.js",
    ];
    const result = await runHarness(
      harness(`  const errors: string[] = [];
  for (const specifier of ${JSON.stringify(specifiers)}) {
    await import(specifier).then(() => errors.push("loaded"), (error: Error) => errors.push(error.message));
  }
  ${tell("errors")}`),
    );
    const refused = specifiers.map(
      (specifier) => `harness code may import only its own files, not "${specifier}" (from harness/main.ts)`,
    );
    expect(JSON.parse(result.summary)).toEqual(refused);
  });

  test("an import at the top is refused in the same way", async () => {
    const result = await runHarness(harness(DONE, 'import { readFileSync } from "node:fs";\nreadFileSync;'));
    expect(result).toMatchObject({
      status: "error",
      summary: expect.stringContaining('not "node:fs" (from harness/main.ts)'),
    });
  });

  test("its own files it may import", async () => {
    const result = await runHarness({
      "main.ts": `import { word } from "./word.ts";\nexport async function run() {\n  const { word: again } = await import("./word.ts");\n  ${tell("[word, again]")}\n}\n`,
      "word.ts": 'export const word: string = "own";\n',
    });
    expect(result.summary).toBe('["own","own"]');
  });
});

describe("a harness that fails", () => {
  test.each([
    ["exports no run", { "main.ts": "export const walk = 1;" }, "does not export a function named run"],
    ["has no main.ts", { "loop.ts": "export const a = 1;" }, "main.ts"],
    ["throws at import", { "main.ts": 'throw new Error("at import");' }, "the harness threw: at import"],
    ["returns nothing", harness(""), "the harness threw: finish: params"],
    [
      "returns an unknown status",
      harness('return { status: "fine", summary: "" };'),
      "finish: params.status",
    ],
    ["throws no error", harness('throw "a word";'), "the harness threw: a word"],
    ["throws nothing", harness("throw undefined;"), "the harness threw: undefined"],
    [
      "recurses for ever",
      harness("const f = (n: number): number => f(n + 1) + 1;\nf(0);"),
      "Maximum call stack",
    ],
  ])("that %s", async (_, files, summary) => {
    const result = await runHarness(files);
    expect(result).toMatchObject({ status: "error", summary: expect.stringContaining(summary) });
    expect(exitOf(result)?.exit).toBe("exit code 70");
  });

  test("types that do not parse are found before it starts", async () => {
    const result = await runHarness({ "main.ts": "export const a = 1;\nexport function run( {\n" });
    expect(result).toMatchObject({
      status: "crashed",
      summary: expect.stringMatching(/does not start: harness\/main\.ts:[23]: /),
    });
    expect(exitOf(result)).toBeUndefined();
  });

  test("code that only the engine refuses is an error that names the file", async () => {
    const result = await runHarness({
      "main.ts": 'import "./b.ts";\nexport async function run() {}\n',
      "b.ts": "const a = 1;\nconst a = 2;\n",
    });
    expect(result).toMatchObject({
      status: "error",
      summary: expect.stringContaining("already been declared"),
    });
  });

  test("a throw is told with the line of the source, types and all", async () => {
    const result = await runHarness({
      "main.ts":
        'import { deep } from "./deep.ts";\n\nexport async function run(kernel: unknown): Promise<never> {\n  return deep(kernel);\n}\n',
      "deep.ts":
        "interface Wide {\n  readonly a: number;\n}\n\nexport async function deep(_: unknown): Promise<never> {\n  const wide = undefined as unknown as Wide;\n  throw new Error(`deep: ${wide.a}`);\n}\n",
    });
    const { error } = exitOf(result) ?? {};
    expect(result.summary).toContain("Cannot read properties of undefined");
    expect(error?.stack).toMatch(
      /at deep \(harness\/deep\.ts:7:\d+\)\n\s+at run \(harness\/main\.ts:4:\d+\)/,
    );
  });

  test("an error nobody waited for ends the run, with its stack and the coverage", async () => {
    const result = await runHarness(
      harness(`  async function forgotten() {
    await kernel.skills.load("no such skill");
  }
  void forgotten();
  await kernel.sleep(30_000);
  ${DONE}`),
    );
    expect(result).toMatchObject({
      status: "error",
      summary: 'the harness threw: there is no skill named "no such skill"',
    });
    expect(exitOf(result)?.error?.stack).toMatch(/harness\/main\.ts:4:\d+/);
    expect(exitOf(result)?.coverage?.["harness/main.ts"]).toContain(4);
  });

  test("a promise that nobody settles is noticed at once", async () => {
    const result = await runHarness(
      harness(`  await kernel.note("before", {});\n  await new Promise(() => {});\n  ${DONE}`),
    );
    expect(result).toMatchObject({
      status: "crashed",
      summary: expect.stringContaining("waits for a promise that nothing will settle"),
    });
    expect(exitOf(result)).toMatchObject({
      exit: "exit code 13",
      coverage: { "harness/main.ts": expect.arrayContaining([3, 4]) },
    });
  });

  test("an endless loop is killed at its time limit", async () => {
    const result = await runHarness(harness("for (;;) {}"), { caps: { seconds: 1 } });
    expect(result).toMatchObject({ status: "budget", summary: "the time budget is spent" });
    expect(eventsOf(result, "budget_reached")).toMatchObject([{ limit: "seconds", cap: 1 }]);
    expect(exitOf(result)?.exit).toBe("killed by SIGKILL");
  });

  test("memory without end is stopped", async () => {
    const result = await runHarness(
      harness(
        "const held: Uint8Array[] = [];\nfor (;;) {\n  held.push(new Uint8Array(4_000_000).fill(1));\n  await kernel.sleep(1);\n}",
      ),
    );
    expect(result.status).toBe("crashed");
    expect(result.summary).toMatch(/MiB of memory|SIGABRT|SIGTRAP/);
  });

  test.each(["console.log", "console.error"])(
    "a flood through %s is stopped, and its ends are kept",
    async (print) => {
      const result = await runHarness(
        harness(
          `for (let i = 0; ; i++) {\n  ${print}("line " + i + " x".repeat(10_000));\n  await kernel.sleep(0);\n}`,
        ),
      );
      expect(result).toMatchObject({
        status: "crashed",
        summary: expect.stringContaining("bytes of output"),
      });
      const output = exitOf(result)?.stderr ?? "";
      expect(output.startsWith("line 0 ")).toBe(true);
      expect(output).toContain("bytes left out");
      expect(output.length).toBeLessThan(70_000);
    },
  );

  test("after it has finished, work that goes on cannot hold the run open", async () => {
    const result = await runHarness(
      harness(`  void (async () => {
    for (;;) await kernel.note("late", {}).catch(() => kernel.sleep(5));
  })();
  return { status: "done", summary: "first" };`),
    );
    expect(result).toMatchObject({ status: "done", summary: "first" });
    expect(eventsOf(result, "finished")).toHaveLength(1);
  });
});

describe("the language is frozen", () => {
  /** The messages of what the statements throw, one for each. */
  const thrown = (statements: readonly string[]): Files =>
    harness(`  const errors: string[] = [];
  const attempts = [${statements.map((code) => `() => { ${code} }`).join(", ")}];
  for (const attempt of attempts) {
    try { attempt(); errors.push("went through"); } catch (error: any) { errors.push(error.name + ": " + error.message); }
  }
  ${tell("errors")}`);

  test("lines that did not run cannot be reported by another way of writing JSON", async () => {
    const result = await runHarness(
      harness(
        `  if (kernel.hello.instruction === "never") {
    return { status: "done", summary: "never" };
  }
  const codec: any = JSON;
  const original = codec.stringify;
  codec.stringify = (v: any) => {
    if (v.method === "exit") v.params.coverage = { "harness/main.ts": [4] };
    return original(v);
  };
  ${DONE}`,
      ),
    );
    expect(result).toMatchObject({ status: "error", summary: expect.stringContaining("read only") });
    const { coverage } = exitOf(result) ?? {};
    expect(coverage?.["harness/main.ts"]).toEqual(expect.arrayContaining([3, 8]));
    expect(coverage?.["harness/main.ts"]).not.toContain(4);
  });

  test("nothing of it can be assigned, deleted or replaced, by whatever way it is reached", async () => {
    const reach = 'const c = ["const", "ructor"].join(""); const p = ["proto", "type"].join("");';
    const statements = [
      `${reach} (new Map() as any)[c][p].set = () => {};`,
      `${reach} (Promise.resolve() as any)[c][p].then = () => {};`,
      `${reach} ((async () => {}) as any)[c][p].x = 1;`,
      `${reach} ({} as any)[c][p].toJSON = () => 1;`,
      `${reach} ({} as any)[c][p].toString = () => 1;`,
      `${reach} ([] as any)[c][p].toJSON = () => 1;`,
      `${reach} ({} as any)[c].setPrototypeOf([][c][p], null);`,
      "Object.defineProperty(Array.prototype, 'push', { value: 1 });",
      "delete (Math as any).max;",
      "(Error as any).prepareStackTrace = () => 1;",
      "(JSON as any) = {};",
      "(Map as any) = class {};",
      "(console as any) = {};",
    ];
    const result = await runHarness(thrown(statements));
    const errors: string[] = JSON.parse(result.summary);
    expect(errors).toEqual(statements.map(() => expect.stringMatching(/^TypeError: /)));
  });

  test("down to what has no name: generators, iterators, async functions", async () => {
    const names = [...LANGUAGE_GLOBALS].filter(
      (name) => !["arguments", "undefined", "NaN", "Infinity", "console"].includes(name),
    );
    const result = await runHarness(
      harness(
        `  const named: Record<string, unknown> = { ${names.join(", ")} };
  const others: Record<string, unknown> = {
    plain: () => 0, later: async () => 0, each: Object.getPrototypeOf((function* () {})()), eachLater: Object.getPrototypeOf((async function* () {})()),
    list: [].values(), helper: [].values().map(String), wrapped: Iterator.from({ next: () => ({ done: true }) } as any),
    map: new Map().entries(), set: new Set().values(), text: ""[Symbol.iterator](), matches: "".matchAll(/x/g),
    bytes: new Uint8Array(), signal: new AbortController().signal, url: new URL("a:b"), params: new URLSearchParams().values(),
    symbol: Symbol.iterator, bigint: 1n, failure: new Many(), number: new Intl.NumberFormat(),
  };
  const open: string[] = [];
  for (const [name, value] of Object.entries(named)) {
    if (!Object.isFrozen(value)) open.push(name);
    const { prototype } = value as any;
    if (prototype && !Object.isFrozen(prototype)) open.push(name + ".prototype");
  }
  for (const [name, value] of Object.entries(others)) {
    for (let at = Object.getPrototypeOf(value); at; at = Object.getPrototypeOf(at)) {
      const own = Object.getOwnPropertyDescriptor(at, "constructor")?.value;
      if (at !== Many.prototype && !Object.isFrozen(at)) open.push(name);
      if (own && own !== Many && !Object.isFrozen(own)) open.push(name + ".constructor");
    }
  }
  ${tell("open")}`,
        "class Many extends AggregateError { constructor() { super([]); } }",
      ),
    );
    expect(JSON.parse(result.summary)).toEqual([]);
  });

  test("ordinary code may still shadow it on objects of its own", async () => {
    const result = await runHarness(
      harness(
        `  const error: any = new Error("one");
  error.message = "two";
  error.name = "Mine";
  const bare: any = new Error();
  bare.message = "late";
  const object: any = {};
  object.toString = () => "object";
  object.constructor = 1;
  object.toString = () => "again";
  const call: any = () => 0;
  call.toString = () => "call";
  const copy = Object.assign({}, { toString: () => "copy" });
  const kept = new Kept();
  const old = new (Old as any)();
  ${tell("[String(error), bare.message, String(object), object.constructor, Object.keys(object), String(call), String(copy), kept.name, String(kept), kept.toString(), String(old), {}.toString()]")}`,
        `class Kept extends Error { name = "Kept"; size = 1; toString() { return "kept"; } }
function Old() {}
Old.prototype.toString = () => "old";`,
      ),
    );
    expect(JSON.parse(result.summary)).toEqual([
      "Mine: two",
      "late",
      "again",
      1,
      ["toString", "constructor"],
      "call",
      "copy",
      "Kept",
      "kept",
      "kept",
      "old",
      "[object Object]",
    ]);
  });

  test("the console prints, and leads nowhere", async () => {
    const result = await runHarness(
      harness(
        `  console.log("to", "stdout");
  console.error({ to: "stderr" });
  ${tell("look(console)")}`,
        "const look = (o: any) => [Object.getOwnPropertyNames(o).filter((n) => /^_|Console/.test(n)), typeof o._stdout, Object.isFrozen(o)];",
      ),
    );
    expect(JSON.parse(result.summary)).toEqual([[], "undefined", true]);
    expect(exitOf(result)?.stderr).toBe("to stdout\n{ to: 'stderr' }\n");
  });

  test("a value that asks for something while it is written down mixes no answers up", async () => {
    const result = await runHarness(
      harness(`  const inner: Promise<any>[] = [];
  const data = { toJSON: () => { inner.push(kernel.skills.load("csv-total")); return {}; } };
  const outer = await kernel.skills.search("csv", 1).then(() => kernel.note("n", data));
  const skill = await inner[0];
  ${tell("[typeof outer, skill.name]")}`),
    );
    expect(JSON.parse(result.summary)).toEqual(["undefined", "csv-total"]);
  });
});

describe("coverage", () => {
  test("cannot be told as that of another file", async () => {
    const result = await runHarness({
      "main.ts": 'import "./b.ts";\nexport async function run() {}\n',
      "b.ts": "const a = 1;\n//# sourceURL=file:///genome/harness/main.ts\n",
    });
    expect(result).toMatchObject({
      status: "error",
      summary: expect.stringContaining("harness/b.ts names another file"),
    });
  });

  test("is exactly the lines that ran", async () => {
    const result = await runHarness({
      "main.ts": [
        'import { pick } from "./pick.ts";', // 1
        "", //
        "interface Unused {", //
        "  a: number;", //
        "}", //
        "export async function run(kernel: any) {", // 6
        "  const word = pick(kernel.hello.instruction.length);", // 7
        "  if (word === undefined) {", // 8
        '    throw new Error("never");', //
        "  }", //
        '  return { status: "done", summary: word };', // 11
        "}", //
        "function unused() {", //
        "  return 1;", //
        "}", //
      ].join("\n"),
      "pick.ts": [
        "export const pick = (n: number): string | undefined => {", // 1
        "  if (n > 0) {", // 2
        '    return "some";', // 3
        "  } else {", //
        "    return undefined;", //
        "  }", //
        "};", //
      ].join("\n"),
      "other.ts": "export const never = 1;\n",
    });
    expect(result.summary).toBe("some");
    expect(exitOf(result)?.coverage).toEqual({
      "harness/main.ts": [1, 6, 7, 8, 11],
      "harness/pick.ts": [1, 2, 3],
    });
  });

  test("and the lines of a stack are those of the genome in the other tier, too", async () => {
    await using other = await makeRuntime({
      sandboxTier: "unshare",
      harness: harness('  const a = 1;\n  if (a > 0) throw new Error("x");\n  return a;'),
    });
    const exit = exitOf(await other.run());
    expect(exit?.error?.stack).toMatch(/at run \(harness\/main\.ts:4:\d+\)/);
    expect(exit?.coverage).toEqual({ "harness/main.ts": [2, 3, 4] });
  });

  test("is there for a harness that threw", async () => {
    const result = await runHarness(
      harness('  const a = 1;\n  if (a > 0) throw new Error("x");\n  return a;'),
    );
    expect(exitOf(result)?.coverage?.["harness/main.ts"]).toEqual([2, 3, 4]);
  });
});
