/** pick.mjs FILE --fields "a, b.c and d" --out FILE: the records of FILE with these fields only. */
import { writeFileSync } from "node:fs";
import { fail, readArgs, readText } from "./text.mjs";

const { values, positionals } = readArgs({
  allowPositionals: true,
  options: { fields: { type: "string" }, out: { type: "string" } },
});
const [file] = positionals;
if (file === undefined || values.fields === undefined || values.out === undefined) {
  fail('usage: pick.mjs FILE --fields "a, b.c and d" --out FILE');
}

const fields = values.fields
  .split(/,\s*(?:and\s+)?|\s+and\s+|\s+/)
  .map((field) => field.replace(/\.$/, ""))
  .filter((field) => field !== "");
const records = findRecords(parseJson(readText(file)));
for (const field of fields) {
  if (!records.some((record) => valueAt(record, field) !== undefined))
    fail(`no record of ${file} has a field ${field}`);
}
const picked = records.map((record) =>
  Object.fromEntries(fields.map((field) => [field, valueAt(record, field) ?? null])),
);
writeFileSync(values.out, `${JSON.stringify(picked, null, 2)}\n`);
console.log(`records: ${picked.length}`);

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    return fail(`${file} is not JSON: ${error.message}`);
  }
}

/** The list itself, or the only list in an envelope such as `{"meta": …, "orders": […]}`. */
function findRecords(value) {
  if (Array.isArray(value)) return value;
  const lists = Object.entries(value ?? {}).filter(([, each]) => Array.isArray(each));
  if (lists.length === 1) return lists[0][1];
  const names = lists.map(([name]) => name).join(", ");
  return fail(lists.length === 0 ? `${file} holds no list` : `${file} holds several lists: ${names}`);
}

function valueAt(record, path) {
  return path.split(".").reduce((value, key) => value?.[key], record);
}
