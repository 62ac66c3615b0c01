/** Shares of a whole in percent, for the rows of a figure. */
import type { Row } from "../../figure.ts";

/** Nothing of nothing is no number, and meets no bar. */
export function share(
  what: string,
  part: number,
  whole: number,
  more: Pick<Row, "atLeast" | "bar" | "note"> = {},
): Row {
  const note = [`${part} of ${whole}`, more.note ?? ""].filter((text) => text !== "").join("; ");
  return { what, unit: "%", value: (100 * part) / whole, ...more, note };
}
