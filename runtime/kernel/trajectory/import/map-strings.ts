/** Changes the strings of a JSON value, however it came. */
import { BadRow } from "./bad-row.ts";

/** Levels of objects and arrays: what is nested deeper is no trajectory, and would end the stack of those who walk through it. */
const MAX_DEPTH = 200;

/**
 * A copy with `change` applied to each string and key, and to those of JSON within strings, whose escapes would hide them.
 * @throws BadRow when it is nested too deeply
 */
export function mapStrings(value: unknown, change: (text: string) => string, depth = 0): unknown {
  if (typeof value === "string") return changeText(value, change, depth);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) throw new BadRow(`it is nested more than ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) return value.map((item: unknown) => mapStrings(item, change, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change, depth + 1)]),
  );
}

/** The text keeps its form, unless something that an escape hid was changed. */
function changeText(text: string, change: (text: string) => string, depth: number): string {
  const changed = change(text);
  if (!changed.includes("\\") || !/^\s*[{["]/.test(changed)) return changed;
  const inner = parsed(changed);
  if (inner === undefined) return changed;
  const clean = JSON.stringify(mapStrings(inner, change, depth + 1));
  return clean === JSON.stringify(inner) ? changed : clean;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
