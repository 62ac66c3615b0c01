/** One text for all JSON that means the same. */

/** JSON with the keys of every object in order and without white space, each string, keys too, passed through `change`. */
export function canonicalJson(value: unknown, change: (text: string) => string): string {
  if (typeof value === "string") return JSON.stringify(change(value));
  if (Array.isArray(value)) return `[${value.map((item: unknown) => canonicalJson(item, change)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => [JSON.stringify(change(key)), canonicalJson(item, change)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${members.map(([key, item]) => `${key}:${item}`).join(",")}}`;
}
