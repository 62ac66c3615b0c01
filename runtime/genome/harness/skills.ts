/** Skills: which ones are loaded for a task, and which one is offered when an error shows up. */
import type { Kernel, SkillHit, SkillText } from "ratchet-agent/protocol";
import { note } from "./note.ts";
import { normalised } from "./prompts.ts";
import { RANKING } from "./ranking.ts";
import { truncate } from "./truncation.ts";

/** Skills that are looked at, and that are loaded at most, when a run starts. */
const CANDIDATES = 8;
const MAX_LOADED = 4;
/** A hit this much weaker than the best one is left out. */
const SCORE_CUTOFF = 0.15;
/** Size of all loaded skills together: characters, and as a share of the context at four characters a token. */
const MAX_CHARACTERS = 24_000;
const MAX_CONTEXT_SHARE = 0.3;
/** Skills offered for errors in one run, and the words that error and description must share. */
const MAX_OFFERS = 2;
const MIN_SHARED_WORDS = 2;
const ERROR_CHARACTERS = 400;
/** Words that most errors have, and that say nothing about which one it is. */
const COMMON = new Set(
  "error failed fail file files exit code with this that from when then line command could cannot".split(" "),
);

export interface Skills {
  /** In the system text. */
  readonly loaded: SkillText[];
  /** Brought up by errors, in the conversation. */
  readonly offered: SkillText[];
  /** Characters that may still be loaded. */
  room: number;
  /** Errors that were searched for already. */
  readonly seen: Set<string>;
}

/** Loads the skills that fit the instruction best. A library that does not answer is an empty one. */
export async function loadSkills(kernel: Kernel): Promise<Skills> {
  const share = Math.floor(kernel.hello.limits.context_tokens * 4 * MAX_CONTEXT_SHARE);
  const skills: Skills = { loaded: [], offered: [], room: Math.min(MAX_CHARACTERS, share), seen: new Set() };
  const hits = await search(kernel, kernel.hello.instruction);
  const floor = (hits[0]?.score ?? 0) * SCORE_CUTOFF;
  for (const hit of hits.filter((candidate) => candidate.score >= floor)) {
    if (skills.loaded.length >= MAX_LOADED) break;
    const skill = await load(kernel, skills, hit.name);
    if (skill) skills.loaded.push(skill);
  }
  return skills;
}

/** Loads a skill whose description is about one of these errors, unless there is none or the bounds are reached. */
export async function findSkillFor(
  kernel: Kernel,
  skills: Skills,
  errors: readonly string[],
): Promise<SkillText | undefined> {
  for (const error of errors.map((text) => text.slice(0, ERROR_CHARACTERS))) {
    if (skills.offered.length >= MAX_OFFERS || skills.seen.has(error)) continue;
    skills.seen.add(error);
    const hit = (await search(kernel, error)).find((candidate) => isAbout(candidate, error, skills));
    const skill = hit && (await load(kernel, skills, hit.name));
    if (!skill) continue;
    skills.offered.push(skill);
    await note(kernel, "skill_offered", { name: skill.name, error });
    return skill;
  }
  return undefined;
}

/** The form in which models are shown a skill. */
export function renderSkill({ name, dir, description, body }: SkillText): string {
  const attributes = Object.entries({ name, dir, description }).map(
    ([key, value]) => `${key}="${attribute(value)}"`,
  );
  return `<skill ${attributes.join(" ")}>\n${normalised(body)}\n</skill>`;
}

async function search(kernel: Kernel, query: string): Promise<SkillHit[]> {
  // An empty query would list the whole library.
  if (query.trim() === "") return [];
  try {
    const hits = await kernel.skills.search(query, CANDIDATES, RANKING);
    return hits.toSorted((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
  } catch (error) {
    await note(kernel, "skills_unavailable", { message: String(error) });
    return [];
  }
}

/** The first skill is worth cutting; a further one that does not fit is left out. */
async function load(kernel: Kernel, skills: Skills, name: string): Promise<SkillText | undefined> {
  try {
    const skill = await kernel.skills.load(name);
    const limits = { bytes: skills.room, lines: skills.room };
    const isFirst = skills.loaded.length + skills.offered.length === 0;
    const body = isFirst ? truncate(skill.body, limits).text : skill.body;
    if (body.length > skills.room) {
      await note(kernel, "skill_left_out", { name, characters: body.length, room: skills.room });
      return undefined;
    }
    skills.room -= body.length;
    return { ...skill, body };
  } catch (error) {
    await note(kernel, "skills_unavailable", { name, message: String(error) });
    return undefined;
  }
}

function isAbout(hit: SkillHit, error: string, { loaded, offered }: Skills): boolean {
  if ([...loaded, ...offered].some((skill) => skill.name === hit.name)) return false;
  return sharedWords(error, `${hit.name} ${hit.description}`) >= MIN_SHARED_WORDS;
}

function sharedWords(a: string, b: string): number {
  return words(a).intersection(words(b)).size;
}

function words(text: string): Set<string> {
  return new Set(
    text
      .toLowerCase()
      .match(/[\p{L}\d]{4,}/gu)
      ?.filter((word) => !COMMON.has(word)),
  );
}

function attribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
}
