/** Tool results: capped, and always valid text. */
import type { ToolFailure, ToolResult } from "../protocol.ts";

/** Longest content of a result, in bytes of UTF-8. */
export const MAX_CONTENT_BYTES = 256 * 1024;

export function succeeded(text: string | Uint8Array, extra: Pick<ToolResult, "exit_code"> = {}): ToolResult {
  return { ...capped(text), is_error: false, ...extra };
}

export function failed(
  kind: ToolFailure["kind"],
  text: string | Uint8Array,
  extra: Pick<ToolResult, "exit_code"> & Pick<ToolFailure, "retry_after_ms"> = {},
): ToolResult {
  const { retry_after_ms, ...rest } = extra;
  const failure = { kind, ...(retry_after_ms !== undefined ? { retry_after_ms } : {}) };
  return { ...capped(text), is_error: true, failure, ...rest };
}

/** Keeps head and tail of what is too long; the mark between them says how much is missing. */
export function capped(text: string | Uint8Array): Pick<ToolResult, "content" | "total_bytes"> {
  const bytes =
    typeof text === "string" ? Buffer.from(text) : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const collector = new HeadAndTail();
  collector.push(bytes);
  return collector.result();
}

/** Takes any amount of output in pieces and keeps what the cap leaves of it. */
export class HeadAndTail {
  #head: Buffer[] = [];
  #headBytes = 0;
  #tail: Buffer[] = [];
  #tailBytes = 0;
  #total = 0;

  push(chunk: Buffer): void {
    this.#total += chunk.length;
    const taken = Math.min(chunk.length, MAX_CONTENT_BYTES - this.#headBytes);
    if (taken > 0) {
      this.#head.push(chunk.subarray(0, taken));
      this.#headBytes += taken;
    }
    if (taken < chunk.length) this.#pushTail(chunk.subarray(taken));
  }

  /** Counts bytes that were left out before they got here, behind a full head. */
  skip(bytes: number): void {
    this.#total += bytes;
  }

  result(): Pick<ToolResult, "content" | "total_bytes"> {
    const head = Buffer.concat(this.#head);
    const tail = Buffer.concat(this.#tail);
    const content = fit(Buffer.concat([head, tail]), this.#total);
    // Bytes that are not UTF-8 take three bytes as replacement characters, so the text may have grown.
    if (Buffer.byteLength(content) <= MAX_CONTENT_BYTES) return { content, total_bytes: this.#total };
    return { content: fit(Buffer.from(content), Buffer.byteLength(content)), total_bytes: this.#total };
  }

  #pushTail(chunk: Buffer): void {
    this.#tail.push(chunk);
    this.#tailBytes += chunk.length;
    while (this.#tailBytes - (this.#tail[0]?.length ?? 0) >= MAX_CONTENT_BYTES) {
      this.#tailBytes -= this.#tail.shift()?.length ?? 0;
    }
  }
}

/** `kept` is the whole output, or enough of its head and tail. */
function fit(kept: Buffer, total: number): string {
  if (total <= MAX_CONTENT_BYTES) return kept.toString();
  const half = Math.floor((MAX_CONTENT_BYTES - 64) / 2);
  const head = kept.subarray(0, startOfCharacter(kept, half));
  const tail = kept.subarray(startOfCharacter(kept, kept.length - half));
  const missing = total - head.length - tail.length;
  return `${head.toString()}\n[... ${missing} bytes left out ...]\n${tail.toString()}`;
}

/** The nearest place at or before `at` where a character of UTF-8 begins. */
function startOfCharacter(bytes: Buffer, at: number): number {
  for (let i = at; i > at - 4 && i > 0; i--) if (((bytes[i] ?? 0) & 0xc0) !== 0x80) return i;
  return at;
}
