/** Abstracts what varies from run to run, so that two texts about the same fault compare equal. */

const LONGEST = 160;

/** Characters of the line that are abstracted: some rules take time that grows with the square of what they are given. */
const LONGEST_LINE = 1000;

/**
 * First telling line of a text with quoted strings, paths, addresses, ids and numbers replaced by placeholders, at most
 * 160 characters. Empty for a blank text.
 */
export function templateOf(text: string): string {
  const line = firstTellingLine(text).slice(0, LONGEST_LINE);
  const abstracted = RULES.reduce(
    (soFar, [pattern, placeholder]) => soFar.replace(pattern, placeholder),
    line,
  );
  return abstracted.replace(/\s+/g, " ").trim().slice(0, LONGEST);
}

/**
 * Order matters: a quoted path is a string first, an address contains a path, an id contains digits.
 * Single quotes count only at word edges, or the apostrophe of "don't" would open a string.
 */
const RULES: readonly (readonly [RegExp, string])[] = [
  // eslint-disable-next-line no-control-regex
  [/\u001b\[[0-9;]*m/g, ""],
  [/`[^`\n]*`|"[^"\n]*"|“[^”\n]*”|(?<![\p{L}\p{N}])'[^'\n]*'(?![\p{L}\p{N}])/gu, "<string>"],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s,;)\]]+/gi, "<url>"],
  [/\b[\w.+-]+@[\w-]+\.[\w.-]+\b/g, "<email>"],
  [/(?<![\w<])(?:~|\.{1,2})?(?:\/[\w.@+-]+)+\/?|\b[\w.@+-]+(?:\/[\w.@+-]+)+\/?/g, "<path>"],
  [/\b[\w-]+\.(?:[a-z]{2,4}\d?|[mc]?[jt]sx?|jsonl?|yaml|html)\b(?!\()/gi, "<path>"],
  [/\b(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?=[0-9a-f]*\d)[0-9a-f]{7,})\b/gi, "<id>"],
  [/\b(?:toolu|call|run|msg|req)[_-][\w-]+\b/g, "<id>"],
  [/\b\w*_\w*\d\w*\b|\b[a-z]+\d\w*-\w+\b/gi, "<name>"],
  [/[-+]?\d+(?:[.,:]\d+)*/g, "<n>"],
];

/** The line that speaks of an error, when there is one; a log often ends with it. */
function firstTellingLine(text: string): string {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return (
    lines.find((line) =>
      /error|fail|cannot|could not|denied|refused|not found|no such|invalid/i.test(line),
    ) ??
    lines[0] ??
    ""
  );
}
