import { glob, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { checkImports } from "../../guardrails/imports.ts";

const names = new Set(["main.ts", "loop.ts"]);
const faults = async (code: string): Promise<string[]> =>
  (await checkImports("harness/main.ts", code, { names })).map(({ line, message }) => `${line}: ${message}`);

test.each([
  ['import { readFile } from "node:fs";', '"node:fs" is outside'],
  ['import "fs";', '"fs" is outside'],
  ['import x from "../kernel/run.ts";', "is outside"],
  ['import x from "./sub/../../kernel.ts";', "is outside"],
  ['import { x } from "./missing.ts";', "does not exist"],
  ['import { Kernel } from "ratchet-agent/protocol";', "use import type"],
  ['import { type Kernel } from "ratchet-agent/protocol";', "use import type"],
  ['export * from "node:fs";', "is outside"],
  ['export const x = await import("node:fs");', "dynamic import"],
  ["export const x = (name: string) => import(name);", "dynamic import"],
  ['let x: typeof import("node:fs");', "import() type"],
  ['import fs = require("node:fs");', "import ="],
  ['const fs = require("fs");', "require is neither declared"],
  ["const dir = import.meta.dirname;", "import.meta"],
  ['eval("1");', "global eval"],
  ["new Function();", "global Function"],
  ["const e = process.env;", "global process"],
  ["const g = globalThis;", "global globalThis"],
  ['await fetch("http://x");', "global fetch"],
  ["setTimeout(() => {}, 1);", "global setTimeout"],
  ["const b = Buffer.from([]);", "global Buffer"],
  ["Reflect.ownKeys({});", "Reflect is neither declared|global Reflect"],
  ["const x = { process };", "global process"],
  ["function f(process: number) { return process; }", "process hides a global"],
  ["(() => {}).constructor('return 1')();", "member constructor"],
  ['(() => {})["constructor"];', "member constructor"],
  ['(() => {})["const" + "ructor"];', "member constructor"],
  ["const n = 'x'; (() => {})[`${n}ructor`];", "computed member name"],
  ["const n = 'x'; (() => {})[n + 'ructor'];", "computed member name"],
  ["const { constructor: c } = () => {};", "member constructor"],
  ["const o = { __proto__: null };", "member __proto__"],
  ["Array.prototype.map = [].map;", "member prototype"],
  ["Object.setPrototypeOf({}, {});", "member setPrototypeOf"],
  ["Object.defineProperty({}, 'a', {});", "member defineProperty"],
  ["JSON.parse = JSON.stringify as never;", "global JSON may not be changed"],
  ["Object.assign(Math, {});", "global Math may not be changed"],
  ["// @ts-nocheck\nconst a = 1;", "@ts-nocheck"],
  ["declare global { var x: number }", "ambient modules"],
  ["class A extends EventTarget {}", "global EventTarget"],
  ["undeclared();", "undeclared is neither declared"],
  // An alias of a global, and what could be done with it.
  ["const codec = JSON; codec.stringify = () => '';", "global JSON may be called"],
  ["const { stringify } = JSON;", "global JSON may be called"],
  ["const f = (x: unknown) => x; f(Math);", "global Math may be called"],
  ["export const f = () => JSON;", "global JSON may be called"],
  ["const list = [Map];", "global Map may be called"],
  ["const o = { JSON };", "global JSON may be called"],
  ["const o = { ...Math };", "global Math may be called"],
  ["const o = { a: (Object as never) };", "global Object may be called"],
  ["export default JSON;", "global JSON may be called"],
  ["const f = (codec = JSON) => codec;", "global JSON may be called"],
  ["const M = Map<string, number>;", "global Map may be called"],
  ["const P = Proxy<object>;", "global Proxy is not allowed"],
  ["const keep: unknown[] = []; keep.push(String);", "global String may be called"],
  ["[1].map(JSON as never);", "global JSON may be called"],
  ["function f(JSON: number) { return JSON; }", "JSON hides a global"],
  ["[JSON.parse] = [JSON.stringify as never];", "global JSON may not be changed"],
  ["({ a: Math.max = Math.min } = {});", "global Math may not be changed"],
  ["for (JSON.parse of []) ;", "global JSON may not be changed"],
  ["(Math as { max: unknown }).max = 1;", "global Math may not be changed"],
  ["delete (console as { log?: unknown }).log;", "global console may not be changed"],
  ["const f = (k: 'keys') => Object[k]({});", "members of the global Object must be named"],
  // A key that is glued together.
  ['(() => {})[["const", "ructor"].join("")];', "member constructor"],
  ['const parts = ["const", "ructor"]; (() => {})[parts.join("")];', "computed member name"],
  ['const k = ["const", "ructor"].join(""); (() => {})[k];', '"constructor" is the name'],
  ["const f = (a: string[]) => { const k = a.join(''); return {}[k]; };", "computed member name"],
  ["const f = (a: string, b: string) => ({})[a + b];", "computed member name"],
  ["let k = 'const'; k += 'ructor'; ({})[k];", "computed member name"],
  ["const f = (a: string) => { const k = `${a}tor`; return {}[k]; };", "computed member name"],
  ["for (const k of ['con'.concat('structor')]) ({})[k];", "computed member name"],
  ["const k = 'CONSTRUCTOR'.toLowerCase(); ({})[k];", "computed member name"],
  ["const f = (s: string) => ({})[s.trim()];", "computed member name"],
  ["({})[('constructor')!];", "member constructor"],
  ["const f = (a: boolean) => ({})[a ? 'constructor' : 'x'];", '"constructor" is the name'],
  ["({})[(0, 'constructor')];", "computed member name"],
  [
    "const get = (o: never, k: string) => o[k]; get({} as never, 'constructor');",
    '"constructor" is the name',
  ],
  ["//# sourceURL=file:///genome/harness/loop.ts\nconst a = 1;", "sourceURL"],
])("refuses %s", async (code, message) => {
  expect((await faults(code)).join("\n")).toMatch(new RegExp(message.replace(/[()[\].*+?^$]/g, "\\$&")));
});

test("names file and line", async () => {
  expect(await checkImports("harness/main.ts", "const a = 1;\n\nprocess.exit(a);\n", { names })).toEqual([
    { check: "imports", path: "harness/main.ts", line: 3, message: "the global process is not allowed" },
  ]);
});

test("lets ordinary code pass", async () => {
  const code = `import type { Kernel, Response } from "ratchet-agent/protocol";
import { loop } from "./loop.ts";
export { loop as again } from "./loop.ts";
type Process = { readonly process: string };
interface Shaped<T extends Record<string, unknown>> { constructor2: T; fetch(url: string): void }
export class Agent<T> implements Iterable<number> {
  readonly #kernel: Kernel;
  constructor(kernel: Kernel) { this.#kernel = kernel; }
  *[Symbol.iterator](): Generator<number> { yield 1; }
  static of = (kernel: Kernel): Agent<string> => new Agent(kernel);
}
outer: for (const [key, value] of Object.entries({ a: 1 })) {
  if (value > Math.max(1, Number.parseInt(key, 10))) continue outer;
}
export const table: Record<string, number[]> = {};
export const get = (name: string, at: number): number | undefined => table[name]?.[at + 1] ?? table["x"]?.[0];
export function isProcess(value: unknown): value is Process { return typeof value === "object" && !!value && "process" in value; }
export const respond = async (response: Response): Promise<void> => { console.log(response, loop, \`\${await Promise.all([])}\`, /x/.test("x")); };
`;
  expect(await faults(code)).toEqual([]);
});

test.each([
  "export const words = [1].map(String).filter(Boolean).map(Number);",
  "export const list = Array.from('12', Number).filter(Number.isFinite).map(Math.abs);",
  "export class Broken extends Error { override name = 'Broken'; }",
  "export const known = (e: unknown) => (e instanceof Error ? e.message : typeof JSON === 'object' ? '' : String(e));",
  "export const most = Number.MAX_SAFE_INTEGER, none = undefined, all = [Infinity, NaN];",
  "export const of = (list: number[], i: number, j: number) => list[i + j] ?? list[list.length - 1] ?? list[i % 3] ?? list[i > j ? 0 : i];",
  "let at = 0; at += 1; export const of = (list: string[]) => list[at++] ?? list[Math.floor(at / 2)] ?? list[list.indexOf('a') + 1];",
  "export const of = (table: Record<string, number>, call: { name: string }) => { const key = call.name.trim(); return table[key] ?? table[call.name]; };",
  "export const copy = (table: Record<string, number>) => { const to: Record<string, number> = {}; for (const key of Object.keys(table)) to[key] = 1; return { ...to, [Symbol.iterator]: 1 }; };",
  "type Name = 'constructor'; export const n = (name: Name): string => name;",
  "export const error = new Error('x'); error.message = 'y'; const o = { toString: () => '' }; o.toString = () => 'z';",
])("lets pass %s", async (code) => {
  expect(await faults(code)).toEqual([]);
});

const AT_TOP = join(import.meta.dirname, "../..");
test.each(["runtime/genome/harness", "runtime/genome/templates/naive/harness", "test/fixtures/operators"])(
  "lets the code in %s pass",
  async (folder) => {
    const files = await Array.fromAsync(glob(join(AT_TOP, folder, "**/*.ts")));
    // A fixture's `after` holds only what a patch changed: the rest is as it was before.
    const own = { names: new Set(files.map((file) => basename(file))) };
    const found = await Promise.all(
      files.map(async (file) => checkImports(file, await readFile(file, "utf8"), own)),
    );
    expect(files.length).toBeGreaterThan(3);
    expect(found.flat()).toEqual([]);
  },
);
