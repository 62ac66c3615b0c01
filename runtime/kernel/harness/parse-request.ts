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
  const excess = excessOf(json);
  if (excess !== undefined) return { kind: "invalid", id, detail: `${method}: ${excess}` };
  const parsed = Request.safeParse(json);
  if (parsed.success) return { kind: "request", request: parsed.data };
  const issue = parsed.error.issues[0];
  const where = issue?.path.join(".") ?? "";
  return { kind: "invalid", id, detail: `${method}: ${where}: ${issue?.message ?? "invalid"}` };
}

const SHOWN = 200;
/** What is nested deeper overflows the stack of whoever walks through it, and no real request is. */
const MAX_DEPTH = 200;
/** Empty lists are three bytes of a line and forty of memory. No real request has nearly as many values. */
const MAX_VALUES = 200_000;
const METHODS: ReadonlySet<string> = new Set(Request.options.map((option) => option.shape.method.value));
const Envelope = z.object({ id: z.int().nonnegative(), method: z.string() });

/** What there is too much of in what an untrusted side has sent, if anything. */
export function excessOf(json: unknown): string | undefined {
  let values = 0;
  const visit = (value: unknown, levels: number): string | undefined => {
    if (++values > MAX_VALUES) return `more than ${MAX_VALUES} values`;
    if (typeof value !== "object" || value === null) return undefined;
    if (levels === 0) return `nested deeper than ${MAX_DEPTH} levels`;
    for (const item of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) {
      const excess = visit(item, levels - 1);
      if (excess !== undefined) return excess;
    }
    return undefined;
  };
  return visit(json, MAX_DEPTH);
}
