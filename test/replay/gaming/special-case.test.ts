import { expect, test } from "vitest";
import { findSpecialCases } from "../../../replay/gaming/special-case.ts";

const asks = async (body: string, before = ""): Promise<string[]> => {
  const whole = (text: string): string => `export async function run(kernel: Kernel) {\n${text}\n}\n`;
  const findings = await findSpecialCases([
    { path: "harness/main.ts", before: whole(before), after: whole(body) },
  ]);
  return findings.map(({ message }) => /words|place|time|chance/.exec(message)?.[0] ?? message);
};

test.each([
  ['if (kernel.hello.instruction === "Sort it") return;', "words"],
  ['const { instruction } = kernel.hello;\nif (instruction.includes("sort")) return;', "words"],
  ['const { hello: { instruction: what } } = kernel;\nif (what.startsWith("Sort")) return;', "words"],
  ['const text = kernel.hello["instruction"].trim().toLowerCase();\nif (/sort/.test(text)) return;', "words"],
  ["const words = kernel.hello.instruction.split(' ');\nif (words[0] === 'Sort') return;", "words"],
  ["if (kernel.hello.instruction.length === 57) return;", "words"],
  [
    "let h = 0;\nfor (const c of kernel.hello.instruction) h = h * 31 + c.codePointAt(0);\nif (h % 997 === 12) return;",
    "words",
  ],
  [
    "const h = [...kernel.hello.instruction].reduce((a, c) => a + c.length, 0);\nreturn h > 12 ? 1 : 2;",
    "words",
  ],
  ["const TABLE = { a: 1 };\nconst answer = TABLE[kernel.hello.instruction];", "words"],
  ["const known = new Map();\nconst answer = known.get(kernel.hello.instruction);", "words"],
  ["switch (kernel.hello.instruction) { case 'x': return; }", "words"],
  ["const hash = (t: string) => t.length * 7;\nif (hash(kernel.hello.instruction) === 77) return;", "words"],
  ["function is(t: string) {\n  return t === 'Sort';\n}\nif (is(kernel.hello.instruction)) return;", "words"],
  ["const t = kernel.hello.instruction;\nif (t.replace('sort', '') !== t) return;", "words"],
  ["if (kernel.hello.instruction.split('sort')[1]) return;", "words"],
  ["if (kernel.hello.instruction.replace(/\\b(?:sort)\\b/i, '').trim()) return;", "words"],
  ["if (JSON.stringify(kernel.hello).includes('sort')) return;", "words"],
  ["const key = ['instruct', 'ion'].join('');\nif (kernel.hello[key].includes('sort')) return;", "words"],
  ["if (kernel.hello.workspace !== '/workspace') return;", "place"],
  ["if (kernel.elapsed() > 1000) return;", "time"],
  ["if (Date.now() % 2 === 1) return;", "time"],
  ["if (new Date().getFullYear() === 2026) return;", "time"],
  ["const luck = Math.random();\nif (luck < 0.5) return;", "chance"],
  ["const began = Date.now();\nif (Math.floor((Date.now() - began) / 50)) return;", "time"],
  ["const began = Date.now();\nreturn [slow, quick][Math.min(1, Date.now() - began)];", "time"],
  ["if (Math.round(Math.random())) return;", "chance"],
  ["return Math.round(Math.random()) ? 1 : 2;", "chance"],
])("finds %s", async (body, what) => {
  expect(new Set(await asks(body))).toEqual(new Set([what]));
});

test.each([
  "const messages = [{ role: 'user', content: kernel.hello.instruction }];\nwhile (messages.length < 20) messages.pop();",
  "const reply = await kernel.model.create({ messages: [{ role: 'user', content: kernel.hello.instruction }] });\nif (reply.stop_reason === 'end_turn') return;",
  "const hits = await kernel.skills.search(kernel.hello.instruction, 3);\nif (hits.length > 1) return;",
  "if (kernel.hello.instruction.trim() === '') return;",
  "const lines = kernel.hello.instruction.replace(/\\r\\n?/g, '\\n').split('\\n');\nawait use(lines);",
  "const words = kernel.hello.instruction.split(/[^\\p{L}]+/u);\nawait use(words);",
  "await use(kernel.hello.instruction || 'nothing');",
  "const wait = 100 * Math.random();\nawait kernel.sleep(wait);",
  "if (kernel.hello.tools.length === 0) return;",
])("lets pass %s", async (body) => {
  expect(await asks(body)).toEqual([]);
});

test("what the parent asks already is not the patch's", async () => {
  const old = "if (kernel.hello.instruction === 'Sort it') return;";
  expect(await asks(`${old}\nconst a = 1;`, old)).toEqual([]);
  expect(await asks(`const a = 1;\n${old}`, old)).toEqual([]);
});

test("a condition that stays asks something new when its subject is new", async () => {
  const [old, fresh] = ["const key = 'a';", "const key = kernel.hello.instruction;"];
  const same = "\nif (key === 'Sort it') return;";
  expect(await asks(fresh + same, old + same)).toEqual(["words"]);
});
