/** What a call is about, without the values in it: so that calls of different runs can be told to be the same step. */
import type { CallView } from "../../analyse/view.ts";

export type CallEvent = CallView["event"];

/** `bash mkdir && cp`, `bash node total.mjs`, `write`. Equal for calls that do the same to different things. */
export function shapeOf({ name, input }: Pick<CallEvent, "name" | "input">): string {
  const command = commandIn(input);
  if (command === undefined) return name.toLowerCase();
  const parts = command.split(/\s*(?:&&|\|\||[;|\n])\s*/).filter((part) => part.trim() !== "");
  return `${name.toLowerCase()} ${parts.map(programOf).join(" && ")}`;
}

/** The command of a call that runs one. */
export function commandIn(input: unknown): string | undefined {
  const command =
    typeof input === "object" && input !== null && "command" in input ? input.command : undefined;
  return typeof command === "string" ? command.trim() : undefined;
}

/** Texts of an input, in the order of its keys; not those deeper inside. */
export function textsIn(input: unknown): Map<string, string> {
  if (typeof input !== "object" || input === null) return new Map();
  return new Map(
    Object.entries(input).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])),
  );
}

/** The program and, of an interpreter, the script. */
function programOf(part: string): string {
  const words = wordsOf(part).filter((word) => !/^[A-Za-z_]\w*=/.test(word));
  const [program = "", next = ""] = words.map((word) => word.slice(word.lastIndexOf("/") + 1));
  return /^(?:node|python3?|sh|bash|ruby|perl|deno|npx)$/.test(program) && !next.startsWith("-")
    ? `${program} ${next}`
    : program;
}

/** Words of a command without their quotes. This is no shell: what is nested stays in one word. */
export function wordsOf(command: string): string[] {
  return Array.from(command.matchAll(/(?:"[^"]*"|'[^']*'|\\.|[^\s"'\\])+/g), ([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'|\\(.)/g, (_, double, single, escaped) => double ?? single ?? escaped),
  );
}
