/** join.mjs LEFT RIGHT --key NAME --out FILE [--delimiter C]: every row of LEFT, with the columns of RIGHT beside it. */
import { writeFileSync } from "node:fs";
import { columnIndex, formatRow, readTable } from "./csv.mjs";
import { fail, readArgs } from "./text.mjs";

const { values, positionals } = readArgs({
  allowPositionals: true,
  options: { key: { type: "string" }, out: { type: "string" }, delimiter: { type: "string" } },
});
const [leftFile, rightFile] = positionals;
if (rightFile === undefined || values.key === undefined || values.out === undefined) {
  fail("usage: join.mjs LEFT RIGHT --key NAME --out FILE");
}

const left = readTable(leftFile, values.delimiter);
const right = readTable(rightFile, values.delimiter);
const leftKey = columnIndex(left.header, values.key, leftFile);
const rightKey = columnIndex(right.header, values.key, rightFile);
const withoutKey = (fields) => fields.filter((_, at) => at !== rightKey);

const added = withoutKey(right.header);
const twice = added.find((name) => left.header.includes(name));
if (twice !== undefined)
  fail(`both ${leftFile} and ${rightFile} have a column ${twice}; rename one of them first`);
const byKey = new Map();
for (const { fields, line } of right.rows) {
  const key = fields[rightKey].trim();
  if (byKey.has(key)) fail(`${rightFile} line ${line}: ${values.key} ${key} is there more than once`);
  byKey.set(key, withoutKey(fields));
}

let unmatched = 0;
const nothing = added.map(() => "");
const lines = [formatRow([...left.header, ...added], left.delimiter)];
for (const { fields } of left.rows) {
  const found = byKey.get(fields[leftKey].trim());
  if (found === undefined) unmatched += 1;
  lines.push(formatRow([...fields, ...(found ?? nothing)], left.delimiter));
}
writeFileSync(values.out, `${lines.join("\n")}\n`);
console.log(`rows: ${left.rows.length}`);
console.log(`without a match: ${unmatched}`);
