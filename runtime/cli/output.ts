/** What commands print with: colour where it is wanted, tables, durations, money. */
import { stripVTControlCharacters, styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Styled for stdout, or plain when that is no terminal, or NO_COLOR says so. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout, validateStream: true });
}

export const bold = (text: string): string => paint("bold", text);
export const dim = (text: string): string => paint("dim", text);
export const green = (text: string): string => paint("green", text);
export const red = (text: string): string => paint("red", text);
export const yellow = (text: string): string => paint("yellow", text);

export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** One JSON value on a line of its own. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, process.stdout.isTTY === true ? 2 : undefined)}\n`);
}

/** Columns as wide as their widest cell; the last one is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - widthOf(cell))))
      .join("  ")
      .trimEnd();
  return rows.map(line).join("\n");
}

function widthOf(cell: string): number {
  return [...stripVTControlCharacters(cell)].length;
}

/** One line of at most `width` characters. Control characters of whoever wrote the text never reach the terminal. */
export function oneLine(text: string, width = 100): string {
  const flat = stripVTControlCharacters(text)
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim();
  const characters = [...flat];
  return characters.length <= width ? flat : `${characters.slice(0, width - 1).join("")}…`;
}

/** Text of several lines without control characters other than line ends and tabs. */
export function clean(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[^\P{Cc}\n\t]/gu, "");
}

export function money(usd: number | null): string {
  return usd === null ? "price unknown" : `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}

export function seconds(value: number): string {
  return value < 60 ? `${value.toFixed(1)} s` : `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}
