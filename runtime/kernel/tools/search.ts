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

/** Returns true when the search ended before everything was seen. @throws system errors of opening `place` */
export async function* filesBelow(
  place: Inside,
  options: SearchOptions,
  context: GuardedContext,
): AsyncGenerator<Visit, boolean> {
  using start = openFolder(place.rootDir, place.names);
  const files = walk(start, context.signal);
  for (let next = await files.next(); ; next = await files.next()) {
    if (next.done === true) return next.value;
    const found = next.value;
    if (options.pattern !== undefined && !matches(options.pattern, found.path)) continue;
    const path = posix.join(place.path, found.path);
    const allowed = context.permits({ capability: "observe", tool: options.tool, paths: [path] });
    if (allowed.verdict === "allow") yield { found, path };
  }
}

function matches(pattern: string, path: string): boolean {
  return matchesPath(pattern, pattern.includes("/") ? path : posix.basename(path));
}
