/** Finds the one run that a person means. */
import { closest } from "../closest.ts";
import { RatchetError } from "../error.ts";
import { toRunRow } from "./rows.ts";
import type { Statements } from "./statements.ts";
import type { RunRow } from "./store.ts";

/**
 * By its id, or the id that an imported run has in its source, or the beginning of one of them.
 * @throws RatchetError (usage) when there is none, or several that start so and not just one of them live
 */
export function findRun(statements: Statements, idOrPrefix: string): RunRow {
  const exact = statements.runById.get(idOrPrefix);
  if (exact !== undefined) return toRunRow(exact);
  const rows = idOrPrefix === "" ? [] : candidates(statements, idOrPrefix);
  const [only, another] = rows;
  if (only !== undefined && another === undefined) return toRunRow(only);
  const [live, second] = rows.filter(({ purpose }) => purpose === "live");
  // A person means work of theirs, rather than a trial or what was imported.
  if (live !== undefined && second === undefined && rows.length < MOST) return toRunRow(live);
  const ids = rows.map((row) => String(row["id"]));
  const problem =
    ids.length > 1
      ? `several runs begin with "${idOrPrefix}": ${ids.join(", ")}`
      : nothing(statements, idOrPrefix);
  throw new RatchetError("usage", problem, "`agent runs` lists them; with --trials or --imported those.");
}

/** Rows that the statements give at most: of more nobody knows what they are. */
const MOST = 10;

function candidates(statements: Statements, word: string): Record<string, unknown>[] {
  const prefix = `${escapeLike(word)}%`;
  const byId = statements.runsByPrefix.all(prefix);
  const ids = new Set(byId.map(({ id }) => id));
  // What another system called its run must not take the place of a run whose id somebody begins to type.
  const bySource = statements.runsBySource.all(word).filter(({ id }) => !ids.has(id));
  const either = [...byId, ...bySource];
  return either.length > 0 ? either : statements.sourcesByPrefix.all(prefix);
}

function nothing(statements: Statements, idOrPrefix: string): string {
  const recent = statements.runsByPrefix.all("%").map((row) => String(row["id"]));
  const meant = idOrPrefix === "" ? undefined : closest(idOrPrefix, recent);
  return `there is no run "${idOrPrefix}"${meant === undefined ? "" : `; did you mean ${meant}?`}`;
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
