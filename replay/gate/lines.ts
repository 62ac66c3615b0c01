/** The lines of a file, a chunk at a time. */
import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { TableError } from "./table-error.ts";

/** No outcome is longer; what is would only fill the memory. In bytes. */
const LONGEST = 2 ** 20;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BOM = "\uFEFF";

/**
 * Hands over each line with its number, from 1, without its end (LF or CRLF). Only those end a line: a name may hold other
 * separators. A byte order mark at the beginning is left out.
 * @throws TableError with the number of a line that is too long or no UTF-8; what reading throws, and what `use` throws
 */
export async function forEachLine(file: string, use: (line: string, row: number) => void): Promise<void> {
  let row = 0;
  let rest: Buffer[] = [];
  let length = 0;
  const take = (end: Buffer): void => {
    row++;
    const bytes = rest.length === 0 ? end : Buffer.concat([...rest, end]);
    [rest, length] = [[], 0];
    if (bytes.length > LONGEST) throw tooLong(row, file);
    if (!isUtf8(bytes)) throw new TableError("not-json", row, `${file} is no UTF-8 text here`);
    const line = bytes.toString("utf8", 0, bytes.at(-1) === RETURN ? bytes.length - 1 : bytes.length);
    use(row === 1 && line.startsWith(BOM) ? line.slice(BOM.length) : line, row);
  };
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 18 })) {
    const bytes: Buffer = chunk;
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, from)) {
      take(bytes.subarray(from, at));
      from = at + 1;
    }
    if (from === bytes.length) continue;
    rest.push(bytes.subarray(from));
    length += bytes.length - from;
    if (length > LONGEST) throw tooLong(row + 1, file);
  }
  if (rest.length > 0) take(Buffer.alloc(0));
}

function tooLong(row: number, file: string): TableError {
  return new TableError("not-an-outcome", row, `${file} has a line of more than ${LONGEST} bytes here`);
}
