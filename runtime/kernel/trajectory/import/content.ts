/** Text and blocks of foreign messages. */
import { z } from "zod";
import { mapStrings } from "./map-strings.ts";

/** Content of a message or a result as formats write it: text, parts, or nothing. */
export const Content = z.union([z.string(), z.array(z.unknown()), z.null()]).optional();
export type Content = z.infer<typeof Content>;

/** All text; what is no text is named in brackets, so that nobody takes it for nothing. */
export function textOf(content: Content): string {
  if (content === undefined || content === null) return "";
  if (typeof content === "string") return content;
  return content.map(partText).join("\n");
}

/** Parts that are no text, for `extra`; undefined when there are none. */
export function otherParts(content: Content): unknown[] | undefined {
  if (!Array.isArray(content)) return undefined;
  const others = content.filter((part) => typeof part !== "string" && !Text.safeParse(part).success);
  return others.length === 0 ? undefined : others.map(shortened);
}

/** The fields of `row` that `known` does not name. */
export function others(
  row: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([key]) => !known.has(key)));
}

/** Only when it says something: an empty object is left out of `source`. */
export function extraOf(extra: Readonly<Record<string, unknown>>): { extra?: Record<string, unknown> } {
  const kept = Object.fromEntries(Object.entries(extra).filter(([, value]) => value !== undefined));
  return Object.keys(kept).length === 0 ? {} : { extra: kept };
}

/** Arguments as a model wrote them: the object when they are JSON that is not nested too deeply, otherwise the text itself, which dispatch would refuse. */
export function argumentsOf(written: unknown): unknown {
  if (typeof written !== "string") return written ?? {};
  if (written.trim() === "") return {};
  try {
    return mapStrings(JSON.parse(written), (text) => text);
  } catch {
    return written;
  }
}

const Text = z.object({ type: z.enum(["text", "input_text", "output_text"]), text: z.string() });
const Typed = z.looseObject({ type: z.string() });

function partText(part: unknown): string {
  if (typeof part === "string") return part;
  const text = Text.safeParse(part);
  if (text.success) return text.data.text;
  const typed = Typed.safeParse(part);
  return typed.success ? `[${typed.data.type}]` : JSON.stringify(part);
}

/** A picture of megabytes is no field that somebody misses. */
const LONGEST = 64 * 1024;

function shortened(part: unknown): unknown {
  const json = JSON.stringify(part);
  return json.length <= LONGEST ? part : { left_out: `${json.length} characters of JSON` };
}
