/** Whether what a run left in a file is what the task asked for. */
import type { Check } from "./task.ts";

export type As = Extract<Check, { file: string }>["as"];

export type Comparison =
  | { readonly kind: "same" }
  /** For people: what was expected and what was found. */
  | { readonly kind: "different"; readonly detail: string }
  /** The truth itself cannot be read as what it should be: nobody can be judged by it. */
  | { readonly kind: "broken_truth"; readonly detail: string };

export function compare(as: As, found: Buffer, truth: Buffer): Comparison {
  switch (as) {
    case "bytes":
      return found.equals(truth) ? SAME : different(`${truth.length} bytes`, `${found.length} other bytes`);
    case "text":
      return compareText(trimEnds(textOf(found)), trimEnds(textOf(truth)));
    case "lines":
      return compareText(sortedLines(found), sortedLines(truth));
    case "json":
      return compareJson(found, truth);
    case "number":
      return compareNumbers(found, truth);
    default:
      return as satisfies never;
  }
}

const SAME: Comparison = { kind: "same" };

function different(expected: string, found: string): Comparison {
  return { kind: "different", detail: `expected ${expected}, found ${found}` };
}

function textOf(bytes: Buffer): string {
  return bytes.toString().replace(/^\uFEFF/, "");
}

function trimEnds(text: string): string {
  return linesOf(text).join("\n");
}

/** Without blanks at the ends of lines and without empty lines at the end of the text. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  while (lines.at(-1) === "") lines.pop();
  return lines;
}

function sortedLines(bytes: Buffer): string {
  return linesOf(textOf(bytes)).toSorted().join("\n");
}

function compareText(found: string, truth: string): Comparison {
  if (found === truth) return SAME;
  const [a, b] = [found.split("\n"), truth.split("\n")];
  const line = b.findIndex((text, i) => text !== a[i]);
  const at = line < 0 ? b.length : line;
  return different(`line ${at + 1} to be ${quoted(b[at])}`, quoted(a[at]));
}

function compareJson(found: Buffer, truth: Buffer): Comparison {
  const wanted = parse(truth);
  if (wanted === undefined) return { kind: "broken_truth", detail: "the truth is not JSON" };
  const value = parse(found);
  if (value === undefined) return different("JSON", quoted(textOf(found)));
  return sameJson(value.json, wanted.json, 0)
    ? SAME
    : different(quoted(textOf(truth)), quoted(textOf(found)));
}

function parse(bytes: Buffer): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(textOf(bytes)) };
  } catch {
    return undefined;
  }
}

/** Deeper than any truth is different: a file must not be able to exhaust the stack. */
function sameJson(a: unknown, b: unknown, depth: number): boolean {
  if (a === b) return true;
  if (depth > 500 || typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => sameJson(item, b[i], depth + 1));
  }
  const [left, right] = [
    new Map<string, unknown>(Object.entries(a)),
    new Map<string, unknown>(Object.entries(b)),
  ];
  if (left.size !== right.size) return false;
  return [...left].every(([key, item]) => right.has(key) && sameJson(item, right.get(key), depth + 1));
}

function compareNumbers(found: Buffer, truth: Buffer): Comparison {
  const wanted = numberOf(truth);
  if (wanted === undefined) return { kind: "broken_truth", detail: "the truth is not a number" };
  const value = numberOf(found);
  if (value === undefined) return different(`the number ${wanted}`, quoted(textOf(found)));
  return Math.abs(value - wanted) <= 1e-9 ? SAME : different(String(wanted), String(value));
}

function numberOf(bytes: Buffer): number | undefined {
  const text = textOf(bytes).trim();
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function quoted(text: string | undefined): string {
  if (text === undefined) return "nothing";
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200).toWellFormed()}…` : text);
}
