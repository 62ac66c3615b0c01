/** count.mjs FILE --top N --out FILE: the commonest words in lower case, `word count`, ties in alphabetical order. */
import { writeFileSync } from "node:fs";
import { fail, readArgs, readText } from "./text.mjs";

const { values, positionals } = readArgs({
  allowPositionals: true,
  options: { top: { type: "string", default: "10" }, out: { type: "string" } },
});
const [file] = positionals;
const top = Number(values.top);
if (file === undefined || values.out === undefined || !Number.isInteger(top) || top < 1) {
  fail("usage: count.mjs FILE --top N --out FILE");
}

const words =
  readText(file)
    .normalize("NFC")
    .toLowerCase()
    .match(/\p{L}+(?:['’]\p{L}+)*/gu) ?? [];
if (words.length === 0) fail(`${file} holds no words`);
const counts = new Map();
for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
const ranked = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, top);

writeFileSync(values.out, ranked.map(([word, count]) => `${word} ${count}\n`).join(""));
console.log(`words: ${words.length}, different: ${counts.size}`);
console.log(`commonest: ${ranked[0][0]}`);
