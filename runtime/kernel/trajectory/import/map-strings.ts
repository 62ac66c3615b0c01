/** Changes the strings of a JSON value, however it came. */
import { BadRow } from "./bad-row.ts";

/** Levels of objects and arrays: what is nested deeper is no trajectory, and would end the stack of those who walk through it. */
const MAX_DEPTH = 200;

/**
 * A copy with `change` applied to each string but not to keys, by which formats are read.
 * @throws BadRow when it is nested too deeply
 */
export function mapStrings(value: unknown, change: (text: string) => string, depth = 0): unknown {
  if (typeof value === "string") return change(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) throw new BadRow(`it is nested more than ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) return value.map((item: unknown) => mapStrings(item, change, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapStrings(item, change, depth + 1)]),
  );
}
