/** Long text is shown head and tail, within limits on bytes and on lines, and says how much is missing. */

/** What one tool result may take, and what a whole batch may take of the context (four bytes a token). */
const MAX_BYTES = 16_000;
const MAX_LINES = 400;
const MIN_BYTES = 500;
const BATCH_SHARE = 0.25;
/** Part of the room that goes to the beginning; errors tend to stand at the end. */
const HEAD_SHARE = 0.5;

export interface Limits {
  readonly bytes: number;
  readonly lines: number;
}
export interface Shown {
  readonly text: string;
  readonly truncated: boolean;
  /** Bytes of the original that the text does not show. */
  readonly missing: number;
}

/** Limits for each of `calls` results in a context of this many tokens. */
export function resultLimits(contextTokens: number, calls: number): Limits {
  const share = Math.floor((contextTokens * 4 * BATCH_SHARE) / Math.max(1, calls));
  return { bytes: Math.min(MAX_BYTES, Math.max(MIN_BYTES, share)), lines: MAX_LINES };
}

/**
 * Cuts the middle out of a text that is over a limit; the marker counts toward the limits. No code point is cut.
 * @param totalBytes size of the original, when `text` is already only a part of it
 */
export function truncate(text: string, limits: Limits, totalBytes = 0): Shown {
  const size = byteLength(text);
  const total = Math.max(size, totalBytes);
  if (total === size && size <= limits.bytes && countLines(text) <= limits.lines) {
    return { text, truncated: false, missing: 0 };
  }
  // The figure in the marker is never longer than the total, so the room is set aside before it is known.
  const room = limits.bytes - byteLength(marker(total, total)) - 2;
  if (room < 0 || limits.lines < 1) return cut(takeHead(firstLines(text, limits.lines), limits.bytes), total);

  const lines = limits.lines - 1;
  const headLines = Math.ceil(lines * HEAD_SHARE);
  // Cutting inside a line makes two of it.
  const fits = countLines(text) < lines;
  const headText = fits ? text : firstLines(text, headLines);
  const tailText = fits ? text : lastLines(text, lines - headLines);
  // A side that needs less than its part leaves the rest to the other.
  const tailRoom = Math.min(byteLength(tailText), Math.floor(room * (1 - HEAD_SHARE)));
  const head = takeHead(headText, room - tailRoom);
  // Where both sides come from the same text they must not overlap.
  const rest = fits ? text.slice(head.length) : tailText;
  const tail = takeTail(rest, room - byteLength(head));
  const missing = total - byteLength(head) - byteLength(tail);
  const parts = [head, marker(missing, total), tail].filter((part) => part !== "");
  return { text: parts.join("\n"), truncated: true, missing };
}

/** Size in UTF-8. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.codePointAt(i) ?? 0;
    bytes += width(code);
    if (code > 0xffff) i += 1;
  }
  return bytes;
}

function marker(missing: number, total: number): string {
  return `[… ${missing} of ${total} bytes not shown …]`;
}

function cut(text: string, total: number): Shown {
  return { text, truncated: true, missing: total - byteLength(text) };
}

/** The longest beginning that fits. */
function takeHead(text: string, bytes: number): string {
  let left = bytes;
  let end = 0;
  while (end < text.length) {
    const code = text.codePointAt(end) ?? 0;
    left -= width(code);
    if (left < 0) break;
    end += code > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

/** The longest end that fits. */
function takeTail(text: string, bytes: number): string {
  let left = bytes;
  let start = text.length;
  while (start > 0) {
    const pair = start > 1 ? (text.codePointAt(start - 2) ?? 0) : 0;
    const code = pair > 0xffff ? pair : text.charCodeAt(start - 1);
    left -= width(code);
    if (left < 0) break;
    start -= code > 0xffff ? 2 : 1;
  }
  return text.slice(start);
}

function width(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code > 0xffff ? 4 : 3;
}

function countLines(text: string): number {
  return text.split("\n").length;
}

function firstLines(text: string, count: number): string {
  return text.split("\n").slice(0, count).join("\n");
}

function lastLines(text: string, count: number): string {
  return count > 0 ? text.split("\n").slice(-count).join("\n") : "";
}
