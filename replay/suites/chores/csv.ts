/** Lines of CSV as a spreadsheet writes them: quotes where the field needs them. */
export function csv(
  rows: readonly (readonly string[])[],
  options: { delimiter?: string; lineEnd?: string } = {},
): string {
  const { delimiter = ",", lineEnd = "\n" } = options;
  const line = (row: readonly string[]): string => row.map((field) => cell(field, delimiter)).join(delimiter);
  return rows.map((row) => line(row) + lineEnd).join("");
}

function cell(field: string, delimiter: string): string {
  return field.includes(delimiter) || /["\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** Hundredths as decimal text: 1205 is 12.05. */
export function hundredths(value: number): string {
  return `${value < 0 ? "-" : ""}${Math.floor(Math.abs(value) / 100)}.${String(Math.abs(value) % 100).padStart(2, "0")}`;
}
