/** Splits a byte stream into lines, with a cap on what one line may hold. */

/** What came is longer than a line may be: the sender is broken or hostile. */
export class LineTooLong extends Error {
  override readonly name = "LineTooLong";
  constructor(maxBytes: number) {
    super(`a line is longer than ${maxBytes} bytes`);
  }
}

/**
 * Complete lines as UTF-8, without their ends. What stands behind the last line end when the source ends is dropped.
 * Reads on only when the next line is asked for, and holds at most one line and one chunk.
 * @throws LineTooLong, and what the source throws
 */
export async function* readLines(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<string> {
  let held = Buffer.alloc(0);
  let size = 0;
  for await (const chunk of source) {
    let rest = chunk;
    for (let end = rest.indexOf(LINE_END); end >= 0; end = rest.indexOf(LINE_END)) {
      if (size + end > maxBytes) throw new LineTooLong(maxBytes);
      held = append(held, size, rest.subarray(0, end));
      const line = held.toString("utf8", 0, size + end);
      size = 0;
      rest = rest.subarray(end + 1);
      yield line;
    }
    if (size + rest.length > maxBytes) throw new LineTooLong(maxBytes);
    held = append(held, size, rest);
    size += rest.length;
  }
}

const LINE_END = 0x0a;

/** Copies, so that many small chunks cost their bytes and no more. */
function append(held: Buffer, size: number, piece: Buffer): Buffer<ArrayBuffer> {
  const needed = size + piece.length;
  const target =
    needed <= held.length
      ? (held as Buffer<ArrayBuffer>)
      : Buffer.allocUnsafe(Math.max(needed, held.length * 2, 4096));
  if (target !== held) held.copy(target, 0, 0, size);
  piece.copy(target, size);
  return target;
}
