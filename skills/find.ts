/**
 * Finds the skills that a query is about: BM25 over name, description and body, each with a weight (Lv and Zhai,
 * "Lower-bounding term frequency normalization", CIKM 2011: BM25+).
 */
import { buildPostings } from "./postings.ts";
import { RANKING, sameRanking, type Ranking } from "./ranking.ts";
import { createScorer, type Scorer } from "./score.ts";
import type { Skill } from "./skill.ts";
import { STOP_WORDS } from "./words.ts";

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
  search(query: string, limit: number, ranking?: Ranking): SkillMatch[];
}

export interface SkillIndexOptions {
  readonly stopWords?: ReadonlySet<string>;
}

/** Builds an index in memory; later changes on disk do not show in it. */
export function createSkillIndex(
  skills: readonly Pick<Skill, "name" | "description" | "body">[],
  { stopWords = STOP_WORDS }: SkillIndexOptions = {},
): SkillIndex {
  const byName = skills.toSorted((a, b) => order(a.name, b.name));
  const find = createFinder(byName, stopWords);
  return {
    search(query, limit, ranking) {
      const most = Math.max(limit, 0);
      const found =
        query.trim() === ""
          ? byName.slice(0, most).map((_, entry) => ({ entry, score: 0 }))
          : find(query, most, ranking);
      return found.flatMap(({ entry, score }) => {
        const skill = byName[entry];
        return skill === undefined ? [] : [{ name: skill.name, description: skill.description, score }];
      });
    },
  };
}

export interface LessonMatch {
  readonly text: string;
  readonly score: number;
}

export interface LessonIndex {
  /** Best first, equal scores in the order of the file. Nothing for a query without a word that counts. */
  search(query: string, limit: number, ranking?: Ranking): LessonMatch[];
}

/** @param lessons one text each */
export function createLessonIndex(lessons: readonly string[]): LessonIndex {
  const find = createFinder(
    lessons.map((body) => ({ name: "", description: "", body })),
    STOP_WORDS,
  );
  return {
    search: (query, limit, ranking) =>
      find(query, Math.max(limit, 0), ranking).flatMap(({ entry, score }) => {
        const text = lessons[entry];
        return text === undefined ? [] : [{ text, score }];
      }),
  };
}

type Finder = (query: string, limit: number, ranking?: Ranking) => ReturnType<Scorer>;

/** Weights are worked into the index once; they hardly ever change between two searches. */
function createFinder(
  entries: readonly Pick<Skill, "name" | "description" | "body">[],
  stopWords: ReadonlySet<string>,
): Finder {
  const postings = buildPostings(entries, stopWords);
  let current: { readonly ranking: Ranking; readonly score: Scorer } | undefined;
  return (query, limit, ranking = RANKING) => {
    if (current === undefined || !sameRanking(current.ranking, ranking))
      current = { ranking, score: createScorer(postings, ranking, stopWords) };
    return current.score(query, limit);
  };
}

/** By code unit: the same on every machine, whatever its locale. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
