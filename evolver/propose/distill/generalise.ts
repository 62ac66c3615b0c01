/** From one recovery to a lesson: what varies and is in both the error and the command becomes a `<name>`. */
import type { DistilledLesson } from "./lesson.ts";
import type { Recovery } from "./recovery.ts";

/** Shortest literal text that says what went wrong; less would match anything. */
const LEAST_LITERAL = 8;
/** A line with more is a text that somebody wrote, and no error message: none of it belongs into the genome. */
const MOST_WORDS = 30;
const MOST_CHARACTERS = 300;

/**
 * The closest reading first, then a wider one in which everything that looks like data has a name. Empty when the error
 * has no line that can be told apart, or needs characters that a lesson cannot hold.
 */
export function generalise(recovery: Recovery): DistilledLesson[] {
  return [false, true].flatMap((wide) => lesson(recovery, wide) ?? []);
}

function lesson({ error, input, commands }: Recovery, wide: boolean): DistilledLesson | undefined {
  const line = tellingLine(error);
  if (line === undefined || /[<>`]/.test(line) || isTooLong(line)) return undefined;
  const command = commands.length === 0 ? undefined : commands.join(" && ");
  const shared =
    command === undefined
      ? []
      : words(command).filter(({ text }) => varies(text, input) && holds(line, text));
  const names = new Map<string, string>();
  for (const { text, flag } of shared)
    if (!names.has(text)) names.set(text, nameFor(text, flag, new Set(names.values())));
  // What varies but is in the error alone gets a name, too, or the lesson would fit this very run only.
  for (const { text } of words(line)) {
    if (!names.has(text) && (wide ? varies(text, input) : surelyVaries(text, input)))
      names.set(text, nameFor(text, undefined, new Set(names.values())));
  }
  const pattern = replaced(line, names, false);
  if (pattern.replace(/<[\w-]+>/g, "").trim().length < LEAST_LITERAL || /<[\w-]+><[\w-]+>/.test(pattern))
    return undefined;
  return { pattern, command: command && replaced(command, names, true) };
}

/** The line that names the error; a stack or a usage text around it differs from run to run. */
function tellingLine(error: string): string | undefined {
  const lines = error.split(/\r?\n/).map((line) => line.trim());
  const telling = lines.find((line) =>
    /error|cannot|not |fail|denied|missing|unknown|invalid|refused/i.test(line),
  );
  return telling ?? lines.find((line) => line !== "");
}

function isTooLong(line: string): boolean {
  return line.length > MOST_CHARACTERS || line.split(/\s+/).length > MOST_WORDS;
}

interface Word {
  readonly text: string;
  /** `from` for the value behind `--from`. */
  readonly flag: string | undefined;
}

/** Words without the punctuation around them. */
function words(text: string): Word[] {
  const pieces = text
    .split(/[\s"'()[\]{},;|&]+|=(?=\S)/)
    .map((piece) => piece.replace(/^[:]+|[.:!?]+$/g, ""));
  return pieces.flatMap((piece, index) => {
    if (piece.length < 2 || piece.startsWith("-")) return [];
    const before = pieces[index - 1];
    return [{ text: piece, flag: before?.startsWith("-") ? before.replace(/^-+/, "") : undefined }];
  });
}

/** Names of files, numbers, ids and encodings vary; plain words do only where the failed call was asked for them. */
function varies(word: string, input: string): boolean {
  // A part of the skill, or a variable, is the same in every run.
  if (word.includes("$")) return false;
  if (/\d|\w\.\w|\//.test(word)) return true;
  return (
    /^[\w-]{3,}$/.test(word) &&
    new RegExp(`[ '"=]${word}(?:[ '"\\\\]|$)`).test(input) &&
    !/^[a-z]+$/.test(word)
  );
}

/** `UTF-8` may be the point of an error, while a path or a number hardly ever is. */
function surelyVaries(word: string, input: string): boolean {
  return varies(word, input) && (/^\d+$|\w\.\w|\//.test(word) || input.includes(word));
}

function holds(line: string, word: string): boolean {
  return words(line).some(({ text }) => text === word);
}

function nameFor(word: string, flag: string | undefined, taken: ReadonlySet<string>): string {
  const kind =
    flag && /^[A-Za-z][\w-]*$/.test(flag)
      ? flag
      : /^\d+$/.test(word)
        ? "number"
        : /\.\w{1,5}$|\//.test(word)
          ? "file"
          : "value";
  if (!taken.has(kind)) return kind;
  let n = 2;
  while (taken.has(`${kind}${n}`)) n += 1;
  return `${kind}${n}`;
}

/** Longest words first: one may be part of another. In a command the quotes go, since the value brings its own. */
function replaced(text: string, names: ReadonlyMap<string, string>, command: boolean): string {
  const longest = [...names].toSorted(([a], [b]) => b.length - a.length);
  let result = text;
  for (const [word, name] of longest) {
    const quoted = command ? `'${RegExp.escape(word)}'|"${RegExp.escape(word)}"|` : "";
    result = result.replace(
      new RegExp(`${quoted}(?<![\\w<./-])${RegExp.escape(word)}(?![\\w>/-]|\\.\\w)`, "g"),
      `<${name}>`,
    );
  }
  return result;
}
