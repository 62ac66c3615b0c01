/** What commands print with: colour where it is wanted, tables, durations, money. */
import { stripVTControlCharacters, styleText } from "node:util";

export { count } from "../kernel/count.ts";

type Style = Parameters<typeof styleText>[0];

/** Styled for stdout, or plain when that is no terminal, a dumb one, or NO_COLOR says so. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout, validateStream: true });
}

export const bold = (text: string): string => paint("bold", text);
export const dim = (text: string): string => paint("dim", text);
export const green = (text: string): string => paint("green", text);
export const red = (text: string): string => paint("red", text);
export const cyan = (text: string): string => paint("cyan", text);
export const yellow = (text: string): string => paint("yellow", text);

/** A line on stdout. Only colours survive of what a terminal would obey, whoever wrote the text. */
export function print(line = ""): void {
  process.stdout.write(`${clearStatus()}${harmless(line)}\n`);
}

/** Overwrites itself until the next line is printed. Without a terminal there is nothing to overwrite, and no output. */
export function printStatus(line: string): void {
  if (!isTerminal()) return;
  process.stdout.write(`${clearStatus()}${fit(harmless(line))}`);
  statusShown = true;
}

/** What takes the status line away again, for whoever writes without `print`; empty when there is none. */
export function clearStatus(): string {
  const clear = statusShown ? "\r\u001B[K" : "";
  statusShown = false;
  return clear;
}

let statusShown = false;

/** A terminal that can move its cursor. */
export function isTerminal(): boolean {
  return process.stdout.isTTY === true && process.env["TERM"] !== "dumb";
}

/** One JSON value, laid out for people where a terminal shows it. */
export function printJson(value: unknown): void {
  process.stdout.write(`${toJson(value, process.stdout.isTTY === true ? 2 : undefined)}\n`);
}

/** One JSON value on a line of its own, as JSON lines are. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(`${toJson(value)}\n`);
}

/** A piece of a text that is printed bit by bit. Resolves when there is room for the next one. */
export async function printPiece(text: string): Promise<void> {
  if (process.stdout.write(text) || process.stdout.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      process.stdout.off("drain", done).off("close", done);
      resolve();
    };
    process.stdout.on("drain", done).on("close", done);
  });
}

/** JSON in which what a terminal would obey, and what reorders text, is escaped. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(
    /[\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Columns as wide as their widest cell; the last one is not padded, and cut where a terminal ends. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - widthOf(cell)),
      )
      .join("  ")
      .trimEnd();
  return rows.map((row) => fit(line(row))).join("\n");
}

/** Cut to the width of the terminal, colours kept; whole when stdout is no terminal. `used` columns are taken already. */
export function fit(line: string, used = 0): string {
  const columns = process.stdout.isTTY === true ? process.stdout.columns - used : Number.POSITIVE_INFINITY;
  if (widthOf(line) < columns) return line;
  let width = 0;
  let cut = "";
  for (const part of line.split(COLOUR)) {
    if (part.startsWith("\u001B")) {
      cut += part;
      continue;
    }
    for (const character of part) {
      width += widthOf(character);
      // One column stays free: some terminals wrap as soon as the last one is written.
      if (width < columns - 1) cut += character;
    }
  }
  return cut + "…";
}

function widthOf(cell: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(cell))
    width += NARROW.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

const COLOUR = new RegExp(`(${String.fromCharCode(27)}\\[[\\d;]*m)`);
/** Characters that take no column of their own, and those that take two. */
const NARROW = /[\p{Mn}\p{Me}\p{Cf}]/u;
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/u;

/** Our own colours and nothing else that a terminal obeys. */
function harmless(text: string): string {
  return text
    .split(COLOUR)
    .map((part, index) => (index % 2 === 1 ? part : clean(part)))
    .join("");
}

/** One line of at most `width` characters. Control characters of whoever wrote the text never reach the terminal. */
export function oneLine(text: string, width = 100): string {
  const flat = clean(text).replaceAll(/\s+/gu, " ").trim();
  const characters = [...flat];
  return characters.length <= width ? flat : `${characters.slice(0, width - 1).join("")}…`;
}

/** Text of several lines without control characters other than line ends and tabs, nor marks that reorder what is read. */
export function clean(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll("\r\n", "\n")
    .replaceAll(/[^\P{Cc}\n\t]|[\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, " ");
}

export function money(usd: number | null): string {
  return usd === null ? "price unknown" : `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}

export function seconds(value: number): string {
  const whole = Math.round(value);
  return value < 59.95 ? `${value.toFixed(1)} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
