/** The formats that can be imported, by name. */
import { z } from "zod";
import { closest } from "../../closest.ts";
import { RatchetError } from "../../error.ts";
import { BadRow } from "./bad-row.ts";
import { parseAtif } from "./atif.ts";
import { claudeCodeSession, type SessionReader } from "./claude-code.ts";
import { parseMiniSweAgent } from "./mini-swe-agent.ts";
import { parseOpenAiChat } from "./openai-chat.ts";
import type { Transcript } from "./transcript.ts";

export type Format = {
  readonly name: string;
  /** What files of it are called, by which they are found in a folder. */
  readonly endings: readonly string[];
} & (
  | {
      /** Each JSON value of a file is a run: lines, elements of an array, or the one document. */
      readonly unit: "value";
      /** @throws BadRow */
      readonly parse: (value: unknown) => Transcript;
    }
  | {
      /** A file is a run, its lines are records. */
      readonly unit: "file";
      /** @param name of the file, without its end */
      readonly open: (name: string) => SessionReader;
    }
);

export const FORMATS: readonly Format[] = [
  { name: "atif", endings: [".json", ".jsonl"], unit: "value", parse: parseAtif },
  { name: "openai-chat", endings: [".jsonl", ".json"], unit: "value", parse: parseOpenAiChat },
  { name: "claude-code", endings: [".jsonl"], unit: "file", open: claudeCodeSession },
  { name: "mini-swe-agent", endings: [".traj.json", ".traj"], unit: "value", parse: parseMiniSweAgent },
];

/** Name of another format that a value is a row of, or a record. */
export function looksLike(value: unknown, { name }: Format): string | undefined {
  return FORMATS.find((format) => {
    if (format.name === name) return false;
    if (format.unit === "file") return SessionRecord.safeParse(value).success;
    try {
      format.parse(value);
      return true;
    } catch (error) {
      if (error instanceof BadRow || error instanceof RangeError) return false;
      throw error;
    }
  })?.name;
}

const SessionRecord = z.looseObject({ type: z.string(), sessionId: z.string() });

/** @throws RatchetError (usage) with the closest name, when there is no such format */
export function formatNamed(name: string): Format {
  const found = FORMATS.find((format) => format.name === name);
  if (found !== undefined) return found;
  const names = FORMATS.map((format) => format.name);
  const meant = closest(name, names);
  throw new RatchetError(
    "usage",
    `there is no format "${name}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`,
    `There are ${names.join(", ")}.`,
  );
}
