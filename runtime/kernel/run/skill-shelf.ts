/** The skills of a release as a harness may ask for them. */
import { createSkillIndex } from "../../../skills/find.ts";
import { loadSkills } from "../../../skills/load.ts";
import type { SkillHit, SkillText } from "../protocol.ts";

export interface SkillShelf {
  search(query: string, limit: number): Promise<SkillHit[]>;
  load(name: string): SkillText | undefined;
}

/**
 * Reads the skills under `dir`; broken ones are left out, as clients do. The index is built when it is first asked.
 * @param shownAs the folder of the skills as commands see it
 */
export async function openSkillShelf(dir: string, shownAs: string): Promise<SkillShelf> {
  const { skills } = await loadSkills(dir);
  const byName = new Map(skills.map((skill) => [skill.name, skill]));
  let index: Awaited<ReturnType<typeof createSkillIndex>> | undefined;
  return {
    async search(query, limit) {
      index ??= await createSkillIndex(skills);
      return index.search(query.slice(0, MAX_QUERY_LENGTH), limit);
    },
    load(name) {
      const skill = byName.get(name);
      if (skill === undefined) return undefined;
      return { name, description: skill.description, body: skill.body, dir: `${shownAs}/${name}` };
    },
  };
}

/** A search takes its time for every word; what a task is about stands well before this many characters. */
const MAX_QUERY_LENGTH = 20_000;
