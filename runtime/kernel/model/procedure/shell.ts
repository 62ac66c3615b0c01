/** Puts values into shell commands so that each stays one word, whatever is in it. */

/** A command with holes: text and names of values by turns, text first and last. */
export type CommandTemplate = readonly string[];

/** The command has a hole where quoting would not hold. */
export class UnsafeHole extends Error {
  override readonly name = "UnsafeHole";
}

/**
 * Splits a command at its holes. A hole may stand bare or be all that is between two quotes; elsewhere inside quotes,
 * in backticks, in a comment or in a here-document a quoted value would not stay one word.
 * @param hole matches one hole; group 1 is the name
 * @throws UnsafeHole
 */
export function splitCommand(command: string, hole: RegExp): CommandTemplate {
  const parts: string[] = [];
  let from = 0;
  let at = 0;
  while (at < command.length) {
    const found = holeAt(command, at, hole);
    if (found !== undefined) {
      if (command[at - 1] === "$") throw new UnsafeHole(`${found.name} stands behind a $`);
      parts.push(command.slice(from, at), found.name);
      from = at = found.end;
      continue;
    }
    const end = endOfToken(command, at);
    const inner = firstHole(command.slice(at, end), hole);
    if (inner !== undefined && end - at > 1)
      throw new UnsafeHole(`${inner} stands inside quotes, backticks, a comment or a here-document`);
    at = end;
  }
  return [...parts, command.slice(from)];
}

export function fillCommand(template: CommandTemplate, value: (name: string) => string): string {
  return template.map((part, index) => (index % 2 === 0 ? part : shellQuote(value(part)))).join("");
}

export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function holeAt(command: string, at: number, hole: RegExp): { name: string; end: number } | undefined {
  const quote = /["']/.test(command.charAt(at)) ? command.charAt(at) : "";
  const found = new RegExp(`${quote}${hole.source}${quote}`, "y");
  found.lastIndex = at;
  const name = found.exec(command)?.[1];
  return name === undefined ? undefined : { name, end: found.lastIndex };
}

function firstHole(text: string, hole: RegExp): string | undefined {
  return new RegExp(hole.source).exec(text)?.[0];
}

/** End of the quoted text, comment or here-document that begins at `at`, or else of one character. */
function endOfToken(command: string, at: number): number {
  const rest = command.slice(at);
  const startsWord = at === 0 || /[\s;|&(]/.test(command.charAt(at - 1));
  if (rest.startsWith("\\")) return at + 2;
  if (rest.startsWith("$'")) return endAfter(rest, /^\$'(?:\\[\s\S]|[^'\\])*'/, at);
  if (rest.startsWith("'")) return endAfter(rest, /^'[^']*'/, at);
  if (rest.startsWith('"')) return at + endOfDouble(rest);
  if (rest.startsWith("`")) return endAfter(rest, /^`(?:\\[\s\S]|[^`\\])*`/, at);
  if (rest.startsWith("<<<")) return at + 3;
  if (rest.startsWith("#") && startsWord) return endAfter(rest, /^[^\n]*/, at);
  const document = /^<<-?[ \t]*(["']?)(\w+)\1/.exec(rest);
  if (document === null) return at + 1;
  return endAfter(rest, new RegExp(`^[^\\n]*\\n(?:[^\\n]*\\n)*?[ \\t]*${document[2] ?? ""}(?=\\n|$)`), at);
}

/** What is not closed reaches to the end. */
function endAfter(rest: string, token: RegExp, at: number): number {
  return at + (token.exec(rest)?.[0].length ?? rest.length);
}

/** Length of the double-quoted text at the start of `rest`; quotes within a `$( )` in it do not end it. */
function endOfDouble(rest: string): number {
  let depth = 0;
  for (let at = 1; at < rest.length; at++) {
    const char = rest.charAt(at);
    if (char === "\\") at++;
    else if (char === "$" && rest.charAt(at + 1) === "(") depth++;
    else if (char === ")" && depth > 0) depth--;
    else if (char === '"' && depth === 0) return at + 1;
  }
  return rest.length;
}
