/** Names the text of a file, so that an edit can say which text it was made from. */
import { createHash } from "node:crypto";

/** Twelve hex digits of SHA-256: long enough that nobody guesses one, short enough that a model copies it. */
export function contentHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
