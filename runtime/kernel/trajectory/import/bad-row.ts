/** A row that cannot be understood. It is told with its number; the others go in. */
import type { z } from "zod";

export class BadRow extends Error {
  override readonly name = "BadRow";
}

/** What `schema` makes of `value`. @throws BadRow that names the field and what is wrong with it */
export function parseRow<Shape extends z.ZodType>(schema: Shape, value: unknown): z.output<Shape> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = (issue?.path ?? []).map(String).join(".");
  throw new BadRow(`${path === "" ? "" : `${path}: `}${issue?.message ?? "has another form"}`);
}
