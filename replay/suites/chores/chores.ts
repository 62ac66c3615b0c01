/**
 * The suite `chores`: what people give to agents on their own files. Twelve families of three tasks: two to evolve on
 * and one, with other data and other words, that no proposer ever sees.
 */
import type { Family } from "./chore.ts";
import { changelogs } from "./families/changelogs.ts";
import { encodings } from "./families/encodings.ts";
import { fileNames } from "./families/file-names.ts";
import { joins } from "./families/joins.ts";
import { jsonFields } from "./families/json-fields.ts";
import { logs } from "./families/logs.ts";
import { ports } from "./families/ports.ts";
import { receipts } from "./families/receipts.ts";
import { services } from "./families/services.ts";
import { testReports } from "./families/test-reports.ts";
import { totals } from "./families/totals.ts";
import { wordCounts } from "./families/word-counts.ts";
import { createRandom } from "./random.ts";
import { writeChore } from "./write-chore.ts";

/** Suite folders, to evolve on and held out. */
export const CHORES = { evolve: "chores", heldOut: "chores-heldout" } as const;

const FAMILIES: readonly Family[] = [
  totals,
  joins,
  jsonFields,
  fileNames,
  logs,
  changelogs,
  ports,
  services,
  testReports,
  encodings,
  wordCounts,
  receipts,
];

/**
 * Writes `<tasksDir>/chores/<task>/` and `<tasksDir>/chores-heldout/<task>/`. The same seed gives the same bytes.
 * @returns ids (`suite/task`) in the order of the families
 * @throws Error when a task folder exists already, or when git is not there
 */
export async function writeChores(
  tasksDir: string,
  { seed }: { seed: number },
): Promise<{ evolve: string[]; heldOut: string[] }> {
  const chores = FAMILIES.flatMap((family) => family((task) => createRandom(seed, task)));
  const written = { evolve: [] as string[], heldOut: [] as string[] };
  for (const chore of chores) {
    const suite = chore.heldOut ? CHORES.heldOut : CHORES.evolve;
    await writeChore(`${tasksDir}/${suite}/${chore.name}`, chore);
    (chore.heldOut ? written.heldOut : written.evolve).push(`${suite}/${chore.name}`);
  }
  return written;
}
