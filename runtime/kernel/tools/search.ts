/** What grep and glob share: going through the files that the guard lets this call read. */
import { posix } from "node:path";
import { matchesPath } from "../../../guardrails/glob.ts";
import { openFolder } from "../workspace/files.ts";
import type { Inside } from "./open.ts";
import type { GuardedContext } from "./tool.ts";
import { walk, type Found } from "./walk.ts";

export interface SearchOptions {
  readonly tool: string;
  /** A pattern with a slash is matched against the path below `place`, one without against the name alone. */
  readonly pattern: string | undefined;
}

export interface Visit {
  readonly found: Found;
  /** The path from the workspace, or `/skills/…`. */
  readonly path: string;
}

/** Entries looked at in one search, unless the context says otherwise. */
const MAX_ENTRIES = 200_000;

/**
 * Calls `visit` for one file after the other, until it returns false.
 * @returns what to tell of a search that was cut before everything was looked at; undefined when it was not
 * @throws system errors of opening `place`, and what `visit` throws
 */
export async function eachFile(
  place: Inside,
  options: SearchOptions,
  context: GuardedContext,
  visit: (visit: Visit) => boolean,
): Promise<string | undefined> {
  const { maxEntries = MAX_ENTRIES } = context;
  using start = openFolder(place.rootDir, place.names);
  const files = walk(start, maxEntries, context.signal);
  try {
    for (let next = await files.next(); ; next = await files.next()) {
      if (next.done === true) {
        if (next.value === undefined) return undefined;
        const cutAt = posix.join(place.path, next.value);
        return `the search was cut at ${cutAt}, after ${maxEntries} files and folders: give a folder further down as path`;
      }
      const found = next.value;
      if (options.pattern !== undefined && !matches(options.pattern, found.path)) continue;
      const path = posix.join(place.path, found.path);
      const allowed = context.permits({ capability: "observe", tool: options.tool, paths: [path] });
      if (allowed.verdict === "allow" && !visit({ found, path })) return undefined;
    }
  } finally {
    // Closes the folders that it still has open.
    await files.return(undefined);
  }
}

function matches(pattern: string, path: string): boolean {
  return matchesPath(pattern, pattern.includes("/") ? path : posix.basename(path));
}
