/** Wildcards, matched without regular expressions, so that no pattern can take exponential time. */

/** Alternatives that one pattern with `{a,b}` may stand for. */
const MAX_ALTERNATIVES = 256;

/**
 * Whether a relative path with `/` matches: `*` and `?` stay within a name, `**` crosses folders, `{a,b}` are
 * alternatives, a trailing `/` means everything below. `src/**` matches `src` too.
 * @throws Error when braces stand for more than 256 alternatives
 */
export function matchesPath(pattern: string, path: string): boolean {
  const names = splitPath(path);
  return expandBraces(pattern).some((alternative) => {
    const parts = splitPath(alternative);
    if (alternative.endsWith("/")) parts.push("**");
    return matchesNames(parts, names);
  });
}

/** Whether text matches a pattern in which `*` stands for any run of characters and nothing else is special. */
export function matchesText(pattern: string, text: string): boolean {
  return matchesWildcard(pattern, text, false);
}

/** Whether a host name matches: label by label, `*` within one label, upper and lower case alike. */
export function matchesHost(pattern: string, host: string): boolean {
  const wanted = pattern.toLowerCase().split(".");
  const labels = host.toLowerCase().replace(/\.$/, "").split(".");
  if (wanted.length !== labels.length) return false;
  return wanted.every((label, i) => matchesWildcard(label, labels[i] ?? "", false));
}

function splitPath(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** `a{b,c}` becomes `ab` and `ac`. Braces without a comma stand for themselves. */
function expandBraces(pattern: string): string[] {
  let open: string[] = [pattern];
  const done: string[] = [];
  while (open.length > 0) {
    const next: string[] = [];
    for (const text of open) {
      const group = /\{([^{}]*,[^{}]*)\}/.exec(text);
      if (group === null) done.push(text);
      else {
        const [before, after] = [text.slice(0, group.index), text.slice(group.index + group[0].length)];
        for (const choice of (group[1] ?? "").split(",")) next.push(before + choice + after);
      }
      if (done.length + next.length > MAX_ALTERNATIVES) {
        throw new Error(`"${pattern}" stands for more than ${MAX_ALTERNATIVES} alternatives`);
      }
    }
    open = next;
  }
  return done;
}

/** One row a name: which prefixes of the pattern match the names so far. */
function matchesNames(parts: readonly string[], names: readonly string[]): boolean {
  let row = skipDoubleStars(parts, new Set([0]));
  for (const name of names) {
    const next = new Set<number>();
    for (const at of row) {
      const part = parts[at];
      if (part === undefined) continue;
      if (part === "**") next.add(at);
      else if (matchesWildcard(part, name, true)) next.add(at + 1);
    }
    row = skipDoubleStars(parts, next);
  }
  return row.has(parts.length);
}

/** `**` may stand for no folder at all. */
function skipDoubleStars(parts: readonly string[], row: Set<number>): Set<number> {
  for (const at of row) if (parts[at] === "**") row.add(at + 1);
  return row;
}

/** Greedy with one point of return: at worst the product of the two lengths. */
function matchesWildcard(pattern: string, text: string, questionMarks: boolean): boolean {
  let [p, t] = [0, 0];
  let [star, mark] = [-1, 0];
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === "*") {
      star = p++;
      mark = t;
    } else if (p < pattern.length && (pattern[p] === text[t] || (questionMarks && pattern[p] === "?"))) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
