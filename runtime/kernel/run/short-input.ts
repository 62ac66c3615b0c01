/** The input of a tool call as a trajectory keeps it. */
import { hash } from "node:crypto";

/** Longest input that is kept whole, in bytes of JSON. */
const MAX_INPUT_BYTES = 256 * 1024;
/** What is kept of a longer one, in characters. */
const HEAD = 16 * 1024;

/** The input itself, or in place of a long one its size, its hash (so that two are told apart) and how its JSON begins. */
export function shortInput(input: unknown): unknown {
  const json = JSON.stringify(input) ?? "null";
  const bytes = Buffer.byteLength(json);
  if (bytes <= MAX_INPUT_BYTES) return input;
  return {
    left_out: `input of ${bytes} bytes of JSON`,
    sha256: hash("sha256", json),
    head: json.slice(0, HEAD).toWellFormed(),
  };
}
