/** sort.mjs FILE --column NAME --out FILE [--order ascending|descending] [--top N|all] [--delimiter C]. Ties keep their order. */
import { writeFileSync } from "node:fs";
import { columnIndex, formatRow, readTable } from "./csv.mjs";
import { fail, readArgs } from "./text.mjs";

const { values, positionals } = readArgs({
  allowPositionals: true,
  options: {
    column: { type: "string" },
    out: { type: "string" },
    order: { type: "string", default: "ascending" },
    top: { type: "string", default: "all" },
    delimiter: { type: "string" },
  },
});
const [file] = positionals;
if (file === undefined || values.column === undefined || values.out === undefined) {
  fail("usage: sort.mjs FILE --column NAME --out FILE");
}

const top = values.top === "all" ? Infinity : Number(values.top);
if (!(top >= 1)) fail(`--top must be a number from 1 or "all", not "${values.top}"`);

const { header, rows, delimiter } = readTable(file, values.delimiter);
const column = columnIndex(header, values.column, file);
const keys = rows.map(({ fields }) => fields[column].trim());
const numeric = keys.every((key) => key === "" || /^[+-]?\d+(?:\.\d+)?$/.test(key));
const direction = /^(?:desc|newest|latest|largest|highest)/i.test(values.order) ? -1 : 1;
const order = rows.map((_, at) => at).toSorted((a, b) => direction * compare(keys[a], keys[b]) || a - b);
const kept = order.slice(0, top);

const lines = [header, ...kept.map((at) => rows[at].fields)].map((fields) => formatRow(fields, delimiter));
writeFileSync(values.out, `${lines.join("\n")}\n`);
console.log(`sorted: ${rows.length} rows by ${header[column]}, as ${numeric ? "numbers" : "text"}`);
console.log(`written: ${kept.length}`);

function compare(a, b) {
  if (numeric) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}
