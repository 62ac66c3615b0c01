/** Finds the skills that a query is about: BM25 over name, description and body. */
import type { Skill } from "./skill.ts";
import { STOP_WORDS, words } from "./words.ts";

export interface SkillMatch {
  readonly name: string;
  readonly description: string;
  /** Comparable within one search only; 0 when everything is listed. */
  readonly score: number;
}

export interface SkillIndex {
  /**
   * Best first, equal scores by name. An empty query lists all skills by name. A query without a single word that
   * counts (only punctuation or stop words) finds nothing.
   */
  search(query: string, limit: number): SkillMatch[];
}

export interface SkillIndexOptions {
  readonly stopWords?: ReadonlySet<string>;
}

/** A name says most and a body says least about what a skill is for. */
const BOOST = { name: 3, description: 2, body: 1 };

/** Builds an index in memory; later changes on disk do not show in it. */
export async function createSkillIndex(
  skills: readonly Pick<Skill, "name" | "description" | "body">[],
  { stopWords = STOP_WORDS }: SkillIndexOptions = {},
): Promise<SkillIndex> {
  const { default: MiniSearch } = await import("minisearch");
  const byName = skills.toSorted((a, b) => order(a.name, b.name));
  const index = new MiniSearch({
    fields: ["name", "description", "body"],
    tokenize: (text) => words(text, stopWords),
    processTerm: (term) => term,
    searchOptions: { boost: BOOST, prefix: (term) => term.length > 3 },
  });
  index.addAll(byName.map(({ name, description, body }, id) => ({ id, name, description, body })));
  return {
    search(query, limit) {
      const found =
        query.trim() === ""
          ? byName.map((skill) => ({ skill, score: 0 }))
          : index.search(query).flatMap((hit) => {
              const skill = byName[hit.id];
              return skill === undefined ? [] : [{ skill, score: hit.score }];
            });
      return found
        .toSorted((a, b) => b.score - a.score || order(a.skill.name, b.skill.name))
        .slice(0, Math.max(limit, 0))
        .map(({ skill: { name, description }, score }) => ({ name, description, score }));
    },
  };
}

/** By code unit: the same on every machine, whatever its locale. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
