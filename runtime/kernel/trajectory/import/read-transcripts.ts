/** From files to transcripts, and a word on each row that is none. */
import { createHash } from "node:crypto";
import { basename, resolve } from "node:path";
import { messageOf, RatchetError } from "../../error.ts";
import { BadRow, brokenJson } from "./bad-row.ts";
import { looksLike, type Format } from "./formats.ts";
import { inputFiles, type InputFile } from "./input-files.ts";
import { mapStrings } from "./map-strings.ts";
import { readAllLines } from "./read-lines.ts";
import { open, readValues, type Value } from "./read-values.ts";
import type { Transcript } from "./transcript.ts";

export type Read =
  | {
      readonly kind: "transcript";
      readonly transcript: Transcript;
      /** The source's own id; where it has none, one of its content alone: files are renamed and piped. */
      readonly id: string;
      /** Of all that was read of it. */
      readonly hash: string;
      /** Full path; undefined when it was piped. */
      readonly path: string | undefined;
    }
  | { readonly kind: "bad"; readonly file: string; readonly row: number; readonly why: string }
  /** Nothing is wrong with the file, and yet not all of it, or nothing, could be taken. */
  | { readonly kind: "note"; readonly file: string; readonly why: string };

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
      if (format.unit === "value") yield* rowsOf(file, format, change, signal);
      else yield* sessionOf(file, format, change, signal);
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
  format: Extract<Format, { unit: "value" }>,
  change: (text: string) => string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Read> {
  let rows = 0;
  const nameless = new Map<string, number>();
  for await (const { row, parsed } of readValues(file, signal)) {
    rows++;
    const made = transcriptOf(parsed, format.parse, change);
    if (made instanceof BadRow) {
      const other = parsed.kind === "json" ? looksLike(parsed.value, format) : undefined;
      yield { kind: "bad", file: file.name, row, why: whyOf(made, other, format) };
      continue;
    }
    const hash = sha256(JSON.stringify(parsed));
    yield {
      kind: "transcript",
      transcript: made,
      id: made.id ?? idOf(hash, nameless),
      hash,
      path: fullPath(file),
    };
  }
  if (rows === 0) yield { kind: "note", file: file.name, why: EMPTY };
}

const EMPTY = "it is empty";

function whyOf({ message }: BadRow, other: string | undefined, { name }: Format): string {
  return other === undefined ? message : `it looks like ${other}, not like ${name} (${message})`;
}

/** Equal rows of one file are runs of their own, as an agent makes that always does the same. */
function idOf(hash: string, nameless: Map<string, number>): string {
  const id = `row-${hash.slice(0, 12)}`;
  const before = nameless.get(id) ?? 0;
  nameless.set(id, before + 1);
  return before === 0 ? id : `${id}-${before + 1}`;
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
  format: Extract<Format, { unit: "file" }>,
  change: (text: string) => string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Read> {
  const name = basename(file.name).replace(/\.jsonl$/, "");
  const session = format.open(name);
  const hash = createHash("sha256");
  let records = 0;
  let taken = 0;
  let broken: { readonly row: number; readonly why: string } | undefined;
  for await (const { number, text } of readAllLines(open(file), signal)) {
    records++;
    hash.update(`${text ?? ""}\n`);
    if (broken !== undefined) yield { kind: "bad", file: file.name, ...broken };
    broken = undefined;
    const value = attempt(() => jsonOf(text));
    if (value instanceof BadRow) {
      broken = { row: number, why: value.message };
      continue;
    }
    const fault = attempt(() => session.take(mapStrings(value, change)));
    if (fault instanceof BadRow)
      yield {
        kind: "bad",
        file: file.name,
        row: number,
        why: whyOf(fault, looksLike(value, format), format),
      };
    else taken++;
  }
  if (records === 0) {
    yield { kind: "note", file: file.name, why: EMPTY };
    return;
  }
  if (broken !== undefined && taken > 0)
    yield { kind: "note", file: file.name, why: "its last line is cut off; the session may be going on" };
  else if (broken !== undefined) yield { kind: "bad", file: file.name, ...broken };
  const transcript = attempt(() => session.end());
  if (transcript instanceof BadRow) {
    // Records of a kind that begins no session: summaries of others, say.
    if (taken > 0)
      yield { kind: "note", file: file.name, why: `${transcript.message}: there is nothing to take in` };
    return;
  }
  const digest = hash.digest("hex");
  yield {
    kind: "transcript",
    transcript,
    id: transcript.id ?? `session-${digest.slice(0, 12)}`,
    hash: digest,
    path: fullPath(file),
  };
}

function fullPath({ path }: InputFile): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

/** @throws BadRow */
function jsonOf(text: string | undefined): unknown {
  if (text === undefined) throw new BadRow("the line is longer than 256 MiB");
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new BadRow(brokenJson(error));
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
