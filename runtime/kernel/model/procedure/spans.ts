/** Tells the code spans of a line of Markdown from its text. */

/**
 * @param expressions when true, a backtick inside `[…]` belongs to the span: expressions often exclude backticks
 * @returns text and code by turns, text first and last: text at even places, the inside of code spans at odd ones
 */
export function codeSpans(line: string, expressions = false): string[] {
  const parts: string[] = [];
  let text = "";
  let at = 0;
  while (at < line.length) {
    const fence = /^`+/.exec(line.slice(at))?.[0];
    if (fence === undefined) {
      text += line[at++];
      continue;
    }
    const from = at + fence.length;
    const to = (expressions ? endOfExpression(line, from, fence) : undefined) ?? endOfSpan(line, from, fence);
    if (to === undefined) {
      text += fence;
      at = from;
      continue;
    }
    parts.push(text, inside(line.slice(from, to), fence));
    text = "";
    at = to + fence.length;
  }
  return [...parts, text];
}

/** As Markdown has it: at the next run of exactly as many backticks. */
function endOfSpan(line: string, from: number, fence: string): number | undefined {
  for (const run of line.slice(from).matchAll(/`+/g)) if (run[0] === fence) return from + run.index;
  return undefined;
}

function endOfExpression(line: string, from: number, fence: string): number | undefined {
  if (fence.length > 1) return undefined;
  let inClass = false;
  for (let at = from; at < line.length; at++) {
    const char = line[at];
    if (char === "\\" && line[at + 1] !== "`") at++;
    else if (char === "[") inClass = true;
    else if (char === "]") inClass = false;
    else if (char === "`" && !inClass) return at;
  }
  return undefined;
}

/** A span in several backticks may have one space at each end, so that it can begin or end with a backtick. */
function inside(code: string, fence: string): string {
  return fence.length > 1 && /^ .* $/.test(code) && code.trim() !== "" ? code.slice(1, -1) : code;
}
