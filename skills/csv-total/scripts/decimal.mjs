/** Exact sums of decimal numbers as people write them: 1234.5, 1,234.50, 1.234,50. */
import { fail } from "./text.mjs";

const POINT = /^[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?$/;
const COMMA = /^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?$/;

/** Decimal mark of a column: what every value can be read with. Two different readings are an error. */
export function decimalMark(values, where) {
  const point = values.every(({ text }) => POINT.test(text));
  const comma = values.every(({ text }) => COMMA.test(text));
  if (point && comma) {
    const unclear = values.find(({ text }) => /[.,]/.test(text));
    if (unclear !== undefined) {
      fail(
        `${where} line ${unclear.line}: ${unclear.text} can be a thousand or a fraction; pass --decimal . or ,`,
      );
    }
    return ".";
  }
  if (point) return ".";
  if (comma) return ",";
  const wrong = values.find(({ text }) => !POINT.test(text) && !COMMA.test(text));
  if (wrong !== undefined) fail(`${where} line ${wrong.line}: ${wrong.text} is not a number`);
  return fail(`${where} mixes decimal points and decimal commas`);
}

/** Sum as plain decimal text, without rounding. */
export function sum(values, mark, where) {
  const form = mark === "," ? COMMA : POINT;
  const parts = values.map(({ text, line }) => {
    if (!form.test(text)) fail(`${where} line ${line}: ${text} is not a number`);
    const [whole, fraction = ""] = text.replaceAll(mark === "," ? "." : ",", "").split(mark);
    return { whole: whole.replace("+", ""), fraction };
  });
  const scale = parts.reduce((most, { fraction }) => Math.max(most, fraction.length), 0);
  let total = 0n;
  for (const { whole, fraction } of parts) total += BigInt(whole + fraction.padEnd(scale, "0"));
  const digits = String(total < 0n ? -total : total).padStart(scale + 1, "0");
  const sign = total < 0n ? "-" : "";
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
