/** Lines of a file of any size, a few at a time in memory. */

/** Longest line that is read, in bytes: a trajectory of that size is none. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Undefined when the line is too long to be read. */
  readonly text: string | undefined;
}

/** All lines, also the last one without an end; blank ones are left out but counted. What is no UTF-8 becomes U+FFFD. @throws the signal's reason */
export async function* readAllLines(
  source: AsyncIterable<Buffer>,
  signal?: AbortSignal,
): AsyncGenerator<Line> {
  let number = 0;
  let pieces: Buffer[] = [];
  let size = 0;
  const take = (): Line | undefined => {
    number++;
    const text =
      size > MAX_LINE_BYTES
        ? undefined
        : Buffer.concat(pieces)
            .toString("utf8")
            .replace(/^\uFEFF/, "");
    pieces = [];
    size = 0;
    return text?.trim() === "" ? undefined : { number, text };
  };
  const hold = (piece: Buffer): void => {
    size += piece.length;
    if (size <= MAX_LINE_BYTES) pieces.push(piece);
    else pieces = [];
  };
  for await (const chunk of source) {
    // A line may have no end.
    signal?.throwIfAborted();
    let from = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, from)) {
      hold(chunk.subarray(from, end));
      from = end + 1;
      const line = take();
      if (line !== undefined) yield line;
    }
    hold(chunk.subarray(from));
  }
  const last = take();
  if (last !== undefined) yield last;
}

const LINE_END = 0x0a;
