/** From files to transcripts, and a word on each row that is none. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { messageOf, RatchetError } from "../../error.ts";
import { BadRow } from "./bad-row.ts";
import type { Format } from "./formats.ts";
import { inputFiles, type InputFile } from "./input-files.ts";
import { mapStrings } from "./map-strings.ts";
import { readAllLines } from "./read-lines.ts";
import { open, readValues, type Value } from "./read-values.ts";
import type { Transcript } from "./transcript.ts";

export type Read =
  | {
      readonly kind: "transcript";
      readonly transcript: Transcript;
      /** The source's own id; where it has none, its place and its content. */
      readonly id: string;
      /** Of all that was read of it. */
      readonly hash: string;
    }
  | { readonly kind: "bad"; readonly file: string; readonly row: number; readonly why: string };

/**
 * Reads file by file and row by row; holds one row, or one session, at a time.
 * @param change applied to each string before anything else sees it: takes secrets out
 * @throws RatchetError (usage) when there is nothing to read at `path`; (infrastructure) when a file cannot be read; the signal's reason
 */
export async function* readTranscripts(
  format: Format,
  path: string,
  change: (text: string) => string,
  signal?: AbortSignal,
): AsyncGenerator<Read> {
  for (const file of await inputFiles(path, format)) {
    try {
      if (format.unit === "value") yield* rowsOf(file, format.parse, change, signal);
      else yield* sessionOf(file, format.open, change, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof RatchetError) throw error;
      throw new RatchetError(
        "infrastructure",
        `${file.name} cannot be read: ${messageOf(error)}`,
        undefined,
        {
          cause: error,
        },
      );
    }
  }
}

async function* rowsOf(
  file: InputFile,
  parse: (value: unknown) => Transcript,
  change: (text: string) => string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Read> {
  for await (const { row, parsed } of readValues(file, signal)) {
    const made = transcriptOf(parsed, parse, change);
    if (made instanceof BadRow) {
      yield { kind: "bad", file: file.name, row, why: made.message };
      continue;
    }
    const hash = sha256(JSON.stringify(parsed));
    yield {
      kind: "transcript",
      transcript: made,
      id: made.id ?? `${file.name}:${row}-${hash.slice(0, 8)}`,
      hash,
    };
  }
}

function transcriptOf(
  parsed: Value["parsed"],
  parse: (value: unknown) => Transcript,
  change: (text: string) => string,
): Transcript | BadRow {
  if (parsed.kind === "broken") return new BadRow(parsed.why);
  return attempt(() => parse(mapStrings(parsed.value, change)));
}

async function* sessionOf(
  file: InputFile,
  openSession: Extract<Format, { unit: "file" }>["open"],
  change: (text: string) => string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Read> {
  const name = basename(file.name).replace(/\.jsonl$/, "");
  const session = openSession(name);
  const hash = createHash("sha256");
  let records = 0;
  for await (const { number, text } of readAllLines(open(file), signal)) {
    records++;
    hash.update(`${text ?? ""}\n`);
    const taken = attempt(() => session.take(mapStrings(jsonOf(text), change)));
    if (taken instanceof BadRow) yield { kind: "bad", file: file.name, row: number, why: taken.message };
  }
  if (records === 0) return;
  const transcript = attempt(() => session.end());
  if (transcript instanceof BadRow) {
    yield { kind: "bad", file: file.name, row: 1, why: transcript.message };
    return;
  }
  const digest = hash.digest("hex");
  yield {
    kind: "transcript",
    transcript,
    id: transcript.id ?? `${name}-${digest.slice(0, 8)}`,
    hash: digest,
  };
}

/** @throws BadRow */
function jsonOf(text: string | undefined): unknown {
  if (text === undefined) throw new BadRow("the line is longer than 256 MiB");
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new BadRow(`it is no JSON: ${messageOf(error)}`);
  }
}

function attempt<T>(task: () => T): T | BadRow {
  try {
    return task();
  } catch (error) {
    if (error instanceof BadRow) return error;
    // The engine's own limits: they are the row's fault, and cost no other.
    if (error instanceof RangeError) return new BadRow("it is too large to be read");
    throw error;
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
