/** Splits a byte stream into lines, with a cap: what is longer ends the stream with an error. */
export interface LineReader {
  push(chunk: Buffer): void;
}

/** `onLine` gets each complete line; `onOverflow` is called once, after which nothing more is read. */
export function lineReader(maxBytes: number, onLine: (line: string) => void, onOverflow: () => void): LineReader {
  let parts: Buffer[] = [];
  let size = 0;
  let closed = false;
  return {
    push(chunk) {
      let rest = chunk;
      while (!closed) {
        const end = rest.indexOf(10);
        const piece = end < 0 ? rest : rest.subarray(0, end);
        parts.push(piece);
        size += piece.length;
        if (size > maxBytes) {
          closed = true;
          parts = [];
          onOverflow();
          return;
        }
        if (end < 0) return;
        const line = Buffer.concat(parts, size).toString("utf8");
        parts = [];
        size = 0;
        rest = rest.subarray(end + 1);
        onLine(line);
      }
    },
  };
}
