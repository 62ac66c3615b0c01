/** Lists the files below a folder in a stable order, following no links. */
import { setImmediate } from "node:timers/promises";
import type { Dir } from "../workspace/dir.ts";

export interface Found {
  /** Relative to where the walk began. Names that are not UTF-8 show replacement characters. */
  readonly path: string;
  readonly name: Buffer;
  /** The folder that holds it, open until the walk goes on. */
  readonly dir: Dir;
  readonly isFile: boolean;
}

const SKIPPED = new Set([".git", "node_modules"]);

/**
 * Skips `.git` and `node_modules` below the start. Ends early, with the path where it did, when there are more than
 * `maxEntries` entries or the signal aborts.
 */
export async function* walk(
  start: Dir,
  maxEntries: number,
  signal: AbortSignal,
): AsyncGenerator<Found, string | undefined> {
  let seen = 0;
  async function* visit(dir: Dir, prefix: string): AsyncGenerator<Found, string | undefined> {
    const entries = dir.entries().toSorted((a, b) => a.name.compare(b.name));
    for (const entry of entries) {
      const text = entry.name.toString();
      if (++seen > maxEntries || signal.aborted) return prefix + text;
      // The kernel serves other runs meanwhile.
      if (seen % 500 === 0) await setImmediate();
      if (!entry.isDirectory()) {
        yield { path: prefix + text, name: entry.name, dir, isFile: entry.isFile() };
        continue;
      }
      if (SKIPPED.has(text)) continue;
      using child = openOrSkip(dir, entry.name);
      const cutAt = child === undefined ? undefined : yield* visit(child, `${prefix}${text}/`);
      if (cutAt !== undefined) return cutAt;
    }
    return undefined;
  }
  return yield* visit(start, "");
}

/** A folder that is gone or may not be read is no reason to end a search. */
function openOrSkip(dir: Dir, name: Buffer): Dir | undefined {
  try {
    return dir.child(name);
  } catch {
    return undefined;
  }
}
