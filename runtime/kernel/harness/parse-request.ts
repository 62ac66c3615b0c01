/** Reads one line of a harness: a request, a request that is wrong but can be answered, or garbage. */
import { z } from "zod";
import { Request } from "../protocol.ts";

export type Parsed =
  | { readonly kind: "request"; readonly request: Request }
  /** It has an id, so the harness can be told. */
  | { readonly kind: "invalid"; readonly id: number; readonly detail: string }
  | { readonly kind: "garbage"; readonly detail: string };

/** Never throws. */
export function parseRequest(line: string): Parsed {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { kind: "garbage", detail: `a line is not JSON: ${JSON.stringify(line.slice(0, SHOWN))}` };
  }
  const envelope = Envelope.safeParse(json);
  if (!envelope.success) {
    return { kind: "garbage", detail: `a line is not a request: ${JSON.stringify(line.slice(0, SHOWN))}` };
  }
  const { id, method } = envelope.data;
  if (!METHODS.has(method)) {
    const known = [...METHODS].join(", ");
    return { kind: "invalid", id, detail: `unknown method "${method.slice(0, 64)}"; there are ${known}` };
  }
  if (isDeeper(json, MAX_DEPTH)) {
    return { kind: "invalid", id, detail: `${method}: nested deeper than ${MAX_DEPTH} levels` };
  }
  const parsed = Request.safeParse(json);
  if (parsed.success) return { kind: "request", request: parsed.data };
  const issue = parsed.error.issues[0];
  const where = issue?.path.join(".") ?? "";
  return { kind: "invalid", id, detail: `${method}: ${where}: ${issue?.message ?? "invalid"}` };
}

const SHOWN = 200;
/** What is nested deeper overflows the stack of whoever walks through it, and no real request is. */
const MAX_DEPTH = 200;
const METHODS: ReadonlySet<string> = new Set(Request.options.map((option) => option.shape.method.value));
const Envelope = z.object({ id: z.int().nonnegative(), method: z.string() });

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}
