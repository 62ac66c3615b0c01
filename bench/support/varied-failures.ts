/** Many failures made from few real ones, the same each time. */
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { random } from "../../replay/gate/random.ts";

export const TAUBENCH = "taubench_airline_gpt4o.jsonl";

/** Messages of the end of a conversation that are kept. */
const LAST = 8;
/** One word in so many is another one. */
const ONE_IN = 50;

const Message = z.looseObject({ role: z.string(), content: z.string().nullish() });
const Row = z.looseObject({ success: z.boolean(), messages: z.array(Message) });
type Row = z.infer<typeof Row>;

/**
 * Writes `count` failed rows: the failed conversations of tau-bench airline in turn, each cut to its last {@link LAST} messages, with one
 * word in {@link ONE_IN} of what was said replaced by a random one, so that tens of thousands of error texts differ.
 */
export async function writeFailures(data: string, count: number, file: string): Promise<void> {
  const failed = (await readTaubenchRows(data)).filter(({ success }) => !success);
  const uniform = random("failures");
  await pipeline(Readable.from(rows(failed, count, uniform)), createWriteStream(file));
}

/** @throws when the file is not there, or has another form */
async function readTaubenchRows(data: string): Promise<Row[]> {
  const lines = (await readFile(join(data, TAUBENCH), "utf8")).split("\n").filter((line) => line !== "");
  return lines.map((line) => Row.parse(JSON.parse(line)));
}

function* rows(failed: readonly Row[], count: number, uniform: () => number): Generator<string> {
  for (let index = 0; index < count; index++) {
    const row = failed[index % failed.length];
    if (row === undefined) throw new Error("there is no failed row");
    const messages = ending(row.messages).map((message) => vary(message, uniform));
    yield `${JSON.stringify({ id: `varied-${index}`, task_id: index % failed.length, trial: index, success: false, messages })}\n`;
  }
}

/** Begins with what somebody said, since a result needs its call. */
function ending(messages: Row["messages"]): Row["messages"] {
  const last = messages.slice(-LAST);
  const begin = last.findIndex(({ role }) => role !== "tool");
  const kept = last.slice(Math.max(0, begin));
  return kept.some(({ role }) => role === "assistant") ? kept : messages;
}

function vary(message: Row["messages"][number], uniform: () => number): Row["messages"][number] {
  if (typeof message.content !== "string") return message;
  const words = message.content.split(" ");
  return {
    ...message,
    content: words.map((word) => (uniform() * ONE_IN < 1 ? other(uniform) : word)).join(" "),
  };
}

function other(uniform: () => number): string {
  return Array.from({ length: 6 }, () => String.fromCharCode(97 + Math.floor(26 * uniform()))).join("");
}
