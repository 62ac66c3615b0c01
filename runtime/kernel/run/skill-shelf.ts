/** The skills and lessons of a release as a harness may ask for them. */
import {
  createLessonIndex,
  createSkillIndex,
  type LessonIndex,
  type SkillIndex,
} from "../../../skills/find.ts";
import { splitLessons } from "../../../skills/lessons.ts";
import { loadSkills } from "../../../skills/load.ts";
import type { LessonHit, Ranking, SkillHit, SkillText } from "../protocol.ts";

export interface SkillShelf {
  search(query: string, limit: number, ranking?: Ranking): SkillHit[];
  load(name: string): SkillText | undefined;
  searchLessons(query: string, limit: number, ranking?: Ranking): LessonHit[];
}

/**
 * Reads the skills under `dir`; broken ones are left out, as clients do. An index is built when it is first asked.
 * @param shownAs the folder of the skills as commands see it
 * @param lessons text of `prompts/lessons.md`
 */
export async function openSkillShelf(dir: string, shownAs: string, lessons = ""): Promise<SkillShelf> {
  const { skills } = await loadSkills(dir);
  const byName = new Map(skills.map((skill) => [skill.name, skill]));
  let skillIndex: SkillIndex | undefined;
  let lessonIndex: LessonIndex | undefined;
  return {
    search(query, limit, ranking) {
      skillIndex ??= createSkillIndex(skills);
      return skillIndex.search(query.slice(0, MAX_QUERY_LENGTH), limit, ranking);
    },
    load(name) {
      const skill = byName.get(name);
      if (skill === undefined) return undefined;
      return { name, description: skill.description, body: skill.body, dir: `${shownAs}/${name}` };
    },
    searchLessons(query, limit, ranking) {
      lessonIndex ??= createLessonIndex(splitLessons(lessons));
      return lessonIndex.search(query.slice(0, MAX_QUERY_LENGTH), limit, ranking);
    },
  };
}

/** A search takes its time for every word; what a task is about stands well before this many characters. */
const MAX_QUERY_LENGTH = 20_000;
