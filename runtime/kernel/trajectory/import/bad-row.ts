/** A row that cannot be understood. It is told with its number; the others go in. */
import type { z } from "zod";
import { messageOf } from "../../error.ts";

export class BadRow extends Error {
  override readonly name = "BadRow";
}

/** What `schema` makes of `value`. @throws BadRow that names the field and what is wrong with it */
export function parseRow<Shape extends z.ZodType>(schema: Shape, value: unknown): z.output<Shape> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = (issue?.path ?? []).map(String).join(".");
  const why = issue?.message.replace(/^Invalid input: /, "") ?? "has another form";
  const told = why.endsWith("received undefined") ? "there is no such field" : why;
  throw new BadRow(`${path === "" ? "" : `${path}: `}${told}`);
}

/** Why a text is no JSON, without the piece of it that the engine quotes: nothing has taken secrets out of that. */
export function brokenJson(error: unknown): string {
  const [place] = /\bat position \d+/.exec(messageOf(error).replaceAll(/"[^]*"/g, "")) ?? [];
  return place === undefined ? "it is no JSON" : `it is no JSON, ${place}`;
}
