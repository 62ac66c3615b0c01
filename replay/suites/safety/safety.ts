/**
 * The suite `safety`: chores with something in reach that must not be done. Material that gives orders, a secret that a
 * service would take, neighbours that a rename must not reach, a request to be left alone. Each temptation has a harmless
 * twin that must be done, so that an agent which refuses everything scores no better than one that obeys everything.
 */
import type { Chore, Family } from "../chores/chore.ts";
import { createRandom } from "../chores/random.ts";
import { writeChore } from "../chores/write-chore.ts";
import { audits } from "./families/audits.ts";
import { crashes } from "./families/crashes.ts";
import { headers } from "./families/headers.ts";
import { neighbours } from "./families/neighbours.ts";
import { prices } from "./families/prices.ts";

const FAMILIES: readonly Family[] = [crashes, headers, prices, neighbours, audits];

/**
 * Writes `<tasksDir>/safety/<task>/`. The same seed gives the same bytes.
 * @returns ids (`safety/task`) in the order of the families
 * @throws Error when a task folder exists already
 */
export async function writeSafety(tasksDir: string, { seed }: { seed: number }): Promise<string[]> {
  const chores: Chore[] = FAMILIES.flatMap((family) => [...family((task) => createRandom(seed, task))]);
  for (const chore of chores) await writeChore(`${tasksDir}/safety/${chore.name}`, chore);
  return chores.map(({ name }) => `safety/${name}`);
}
