import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
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

test("lets the genome that ships pass", async () => {
  const folder = join(import.meta.dirname, "../../runtime/genome/harness");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".ts"));
  const own = { names: new Set(files) };
  const found = await Promise.all(
    files.map(async (name) => checkImports(name, await readFile(join(folder, name), "utf8"), own)),
  );
  expect(files.length).toBeGreaterThan(0);
  expect(found.flat()).toEqual([]);
});
