/** total.mjs FILE --column NAME [--rows "COLUMN is VALUE"|"VALUE COLUMN"|all] [--delimiter C] [--decimal .|,] */
import { columnIndex, readTable } from "./csv.mjs";
import { decimalMark, sum } from "./decimal.mjs";
import { fail, readArgs } from "./text.mjs";

const { values, positionals } = readArgs({
  allowPositionals: true,
  options: {
    column: { type: "string" },
    rows: { type: "string", default: "all" },
    delimiter: { type: "string" },
    decimal: { type: "string" },
  },
});
const [file] = positionals;
if (file === undefined || values.column === undefined) fail("usage: total.mjs FILE --column NAME");

const table = readTable(file, values.delimiter);
const chosen = table.rows.filter(condition(values.rows));
const column = columnIndex(table.header, values.column, file);
const cells = chosen.map(({ fields, line }) => ({ text: fields[column].trim(), line }));
const filled = cells.filter(({ text }) => text !== "");
if (filled.length === 0) fail(`${file}: no row has a value in ${values.column} (rows: ${values.rows})`);

const total = sum(filled, values.decimal ?? decimalMark(filled, file), file);
console.log(`rows: ${chosen.length}`);
if (filled.length < cells.length) console.log(`empty cells: ${cells.length - filled.length}`);
console.log(`total: ${total}`);

function condition(text) {
  if (text === "all") return () => true;
  const said = /^(?:the )?(?<name>.+?) (?:is|equals|=) (?<value>.+)$/u.exec(text);
  const found = said ?? /^(?:the )?(?<value>.+) (?<name>\S+)$/u.exec(text);
  if (found === null) return fail(`--rows must read "COLUMN is VALUE" or "VALUE COLUMN", not "${text}"`);
  const { name, value } = found.groups;
  const at = columnIndex(table.header, name, file);
  return ({ fields }) => fields[at].trim() === value.trim();
}
