/** The harness is genome: its files import each other and nothing else, and use nothing but the language. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const folder = new URL("../../../runtime/genome/harness/", import.meta.url);
const files = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(new URL(name, folder), "utf8"),
}));
const names = new Set(files.map(({ name }) => `./${name}`));

test.each(files)("$name imports only files of the harness, and types of the protocol", ({ text }) => {
  const imports = [...text.matchAll(/^(import type|import|export)\b[^;]*?from ("[^"]+");/gm)];
  const foreign = imports.filter(([, , from = ""]) => !names.has(from.slice(1, -1)));
  const allowed = 'import type "ratchet-agent/protocol"';
  expect(foreign.filter(([, keyword, from]) => `${keyword} ${from}` !== allowed)).toEqual([]);
  expect(text).not.toMatch(/\bimport\s*\(|\brequire\b/);
});

test.each(files)("$name uses no global beyond the language, no clock and no chance", ({ text }) => {
  const code = text.replace(/\/\*[^]*?\*\/|\/\/.*$|"(?:[^"\\\n]|\\.)*"/gm, "");
  expect(code).not.toMatch(
    /\b(?:process|globalThis|fetch|eval|Function|setTimeout|setInterval|setImmediate|Date|performance|Buffer|TextEncoder|console|crypto|Math\.random)\b/,
  );
});

test.each(files)("$name begins with what it is for", ({ text }) => {
  expect(text).toMatch(/^(?:\/\*\*|import type [^\n]*\n\n\/\*\*)/);
});
