/** CSV as people have it: any of four delimiters, quotes, CRLF. No guessing where two readings are possible. */
import { fail, readText } from "./text.mjs";

const DELIMITERS = [",", ";", "\t", "|"];

/** Header and rows of a file; each row carries the line it starts on. */
export function readTable(path, delimiter) {
  const text = readText(path);
  const separator = delimiter ?? sniff(text, path);
  const records = parse(text, separator, path);
  const header = records.shift()?.fields.map((name) => name.trim());
  if (header === undefined) fail(`${path} is empty`);
  for (const { fields, line } of records) {
    if (fields.length !== header.length) {
      fail(`${path} line ${line} has ${fields.length} fields, the header has ${header.length}`);
    }
  }
  return { header, rows: records, delimiter: separator };
}

/** Index of a column, by its exact name or else ignoring case. */
export function columnIndex(header, name, path) {
  const exact = header.indexOf(name);
  if (exact >= 0) return exact;
  const loose = header.findIndex((each) => each.toLowerCase() === name.toLowerCase());
  if (loose >= 0) return loose;
  return fail(`${path} has no column ${name} (it has ${header.join(", ")})`);
}

/** One line of CSV; quotes only where they are needed. */
export function formatRow(fields, delimiter) {
  return fields.map((field) => quote(field, delimiter)).join(delimiter);
}

function sniff(text, path) {
  const head = text
    .slice(0, 65536)
    .split(/\r\n|\n|\r/)
    .slice(0, 21);
  if (head.length > 1) head.pop();
  const sample = head.join("\n");
  const fits = DELIMITERS.map((delimiter) => ({ delimiter, columns: evenColumns(sample, delimiter) })).filter(
    ({ columns }) => columns > 1,
  );
  if (fits.length === 0) return ",";
  if (fits.length === 1) return fits[0].delimiter;
  const readings = fits.map(
    ({ delimiter, columns }) => `${JSON.stringify(delimiter)} gives ${columns} columns`,
  );
  return fail(`cannot tell the delimiter of ${path}: ${readings.join(", ")}; pass --delimiter`);
}

/** Number of columns when every record has the same, else 0. */
function evenColumns(sample, delimiter) {
  const counts = new Set(parse(sample, delimiter, undefined).map(({ fields }) => fields.length));
  return counts.size === 1 ? [...counts][0] : 0;
}

function parse(text, delimiter, path) {
  const records = [];
  let fields = [];
  let line = 1;
  let startLine = 1;
  let at = 0;
  const endRecord = () => {
    if (fields.length > 1 || fields[0] !== "") records.push({ fields, line: startLine });
    fields = [];
  };
  while (at < text.length) {
    if (fields.length === 0) startLine = line;
    let field = "";
    if (text[at] === '"') {
      const opened = line;
      for (;;) {
        const close = text.indexOf('"', at + 1);
        if (close < 0) {
          if (path === undefined) return records;
          fail(`${path} line ${opened}: a quoted field is never closed`);
        }
        const piece = text.slice(at + 1, close);
        field += piece;
        line += piece.split("\n").length - 1;
        at = close + 1;
        if (text[at] !== '"') break;
        field += '"';
      }
    }
    const from = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at += 1;
    fields.push(field + text.slice(from, at));
    if (text[at] === delimiter) {
      at += 1;
      if (at === text.length) fields.push("");
      continue;
    }
    if (text[at] === "\r" && text[at + 1] === "\n") at += 1;
    at += 1;
    line += 1;
    endRecord();
  }
  if (fields.length > 0) endRecord();
  return records;
}

function quote(field, delimiter) {
  const plain = !field.includes(delimiter) && !/["\r\n]/.test(field);
  return plain ? field : `"${field.replaceAll('"', '""')}"`;
}
