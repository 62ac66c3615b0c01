/** add.mjs RECEIPT --ledger FILE: appends file, date, shop and total of one receipt to a CSV ledger. */
import { appendFileSync, existsSync } from "node:fs";
import { basename } from "node:path";
import { fail, readArgs, readText } from "./text.mjs";

const { values, positionals } = readArgs({
  allowPositionals: true,
  options: { ledger: { type: "string" } },
});
const [receipt] = positionals;
if (receipt === undefined || values.ledger === undefined) fail("usage: add.mjs RECEIPT --ledger FILE");

const lines = readText(receipt)
  .split(/\r?\n/)
  .map((line) => line.trim())
  .filter((line) => line !== "");
const row = [basename(receipt), date(), lines[0] ?? fail(`${receipt} is empty`), total()]
  .map(quote)
  .join(",");
const known = existsSync(values.ledger) ? readText(values.ledger) : "";
if (known.includes(`\n${quote(basename(receipt))},`)) fail(`${receipt} is in ${values.ledger} already`);
appendFileSync(values.ledger, `${known === "" ? "file,date,shop,total\n" : ""}${row}\n`);
console.log(`added: ${row}`);

function date() {
  for (const line of lines) {
    const iso = /\b(\d{4})-(\d{2})-(\d{2})\b/.exec(line);
    if (iso !== null) return iso[0];
    const dotted = /\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b/.exec(line);
    if (dotted !== null) return [dotted[3], dotted[2].padStart(2, "0"), dotted[1].padStart(2, "0")].join("-");
  }
  return fail(`${receipt}: no date found`);
}

function total() {
  const found = lines
    .map((line) => /^(?:grand total|total|amount due|to pay)\b\D*(\d[\d.,]*)/i.exec(line)?.[1])
    .filter((amount) => amount !== undefined);
  const last = found.at(-1) ?? fail(`${receipt}: no total found`);
  const money = /^(\d+(?:[.,]\d{3})*)[.,](\d{2})$/.exec(last) ?? fail(`${receipt}: ${last} is not an amount`);
  return `${money[1].replace(/[.,]/g, "")}.${money[2]}`;
}

function quote(field) {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
