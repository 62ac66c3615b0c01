/** What a model wrote as the input of a call, parsed once. */
export type Input =
  | { readonly kind: "object"; readonly input: Record<string, unknown> }
  | { readonly kind: "malformed"; readonly written: string };

/** No arguments at all mean `{}`; a string is read as JSON; anything that is then not an object is malformed. */
export function parseInput(written: unknown): Input {
  if (written === undefined || written === null) return { kind: "object", input: {} };
  if (typeof written !== "string") return asObject(written, written);
  if (written.trim() === "") return { kind: "object", input: {} };
  try {
    return asObject(JSON.parse(written), written);
  } catch {
    return { kind: "malformed", written };
  }
}

function asObject(value: unknown, written: unknown): Input {
  if (isRecord(value)) return { kind: "object", input: value };
  return { kind: "malformed", written: typeof written === "string" ? written : JSON.stringify(written) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
