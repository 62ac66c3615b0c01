/** Makes a change of one text in another one that has the same lines, whatever their indentation and the names in their holes. */

export interface Hunk {
  /** The lines beside the change that say something. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Shorter lines, such as brackets and fences, stand everywhere. */
const LEAST_TEXT = 6;

/** With all hunks that fit. Undefined when none does, or all that it would add is there already. */
export function applyHunks(text: string, hunks: readonly Hunk[]): string | undefined {
  const changed = hunks.reduce((soFar, hunk) => applyHunk(soFar, hunk) ?? soFar, text);
  return changed === text ? undefined : changed;
}

function applyHunk(text: string, { before, after, removed, added }: Hunk): string | undefined {
  const lines = text.split("\n");
  if (removed.some((line) => line.trim().length >= LEAST_TEXT)) {
    const found = find(lines, removed);
    return found && spliced(lines, found.at, removed.length, added, found);
  }
  // What was only added needs its neighbours, or at least the one that follows.
  const here = added.map((line) => line.trim()).filter((line) => line.length >= LEAST_TEXT);
  // None at all is "all are there", too.
  if (here.every((line) => find(lines, [line]) !== undefined)) return undefined;
  const next = after !== undefined && after.trim().length >= LEAST_TEXT ? find(lines, [after]) : undefined;
  if (next !== undefined) return spliced(lines, next.at, 0, added, next);
  const last = before !== undefined && before.trim().length >= LEAST_TEXT ? find(lines, [before]) : undefined;
  return last && spliced(lines, last.at + 1, 0, added, last);
}

interface Place {
  readonly at: number;
  readonly indent: string;
  /** Names of the holes there, by those of the change. */
  readonly names: ReadonlyMap<string, string>;
}

const HOLE = /\{\{\s*([\w-]+)\s*\}\}/g;

/** The only place where these lines stand one below the other. */
function find(lines: readonly string[], wanted: readonly string[]): Place | undefined {
  const places = lines.flatMap((_, at): Place[] => {
    const names = new Map<string, string>();
    const fits = wanted.every((line, n) => same(line, lines[at + n], names));
    const first = wanted.findIndex((line) => line.trim() !== "");
    const indent = /^\s*/.exec(lines[at + Math.max(first, 0)] ?? "")?.[0] ?? "";
    return fits ? [{ at, indent, names }] : [];
  });
  return places.length === 1 ? places[0] : undefined;
}

/** Equal but for indentation and the names of holes, which `names` keeps consistent. */
function same(wanted: string, line: string | undefined, names: Map<string, string>): boolean {
  if (line === undefined) return false;
  const [own, other] = [wanted.trim().split(HOLE), line.trim().split(HOLE)];
  return (
    own.length === other.length &&
    own.every((part, at) => {
      const there = other[at] ?? "";
      if (at % 2 === 0) return part === there;
      if ((names.get(part) ?? there) !== there) return false;
      names.set(part, there);
      return true;
    })
  );
}

function spliced(
  lines: readonly string[],
  at: number,
  removed: number,
  added: readonly string[],
  { indent, names }: Place,
): string {
  const first = added.find((line) => line.trim() !== "") ?? "";
  const was = /^\s*/.exec(first)?.[0] ?? "";
  const fitted = added.map((line) => {
    const moved = line.startsWith(was) && line.trim() !== "" ? indent + line.slice(was.length) : line;
    return moved.replace(HOLE, (hole, name: string) =>
      names.has(name) ? `{{${names.get(name) ?? ""}}}` : hole,
    );
  });
  return lines.toSpliced(at, removed, ...fitted).join("\n");
}
