/** Chooses the skill that an instruction is about. */
import { words } from "../../../../skills/words.ts";
import { leftOver } from "./coverage.ts";
import { findInputs } from "./inputs.ts";
import { SlowPattern } from "./match.ts";
import type { OfferedSkill } from "./offered-skills.ts";
import { parseSkill } from "./parse-skill.ts";
import type { Procedure } from "./procedure.ts";

export type Choice =
  | {
      readonly kind: "chosen";
      readonly name: string;
      readonly procedure: Procedure;
      readonly values: ReadonlyMap<string, string>;
    }
  /** `why` is the end of a sentence; `remarks` are sentences that say why other skills were of no use. */
  | { readonly kind: "none"; readonly why: string; readonly remarks: readonly string[] };

export function chooseSkill(skills: readonly OfferedSkill[], instruction: string): Choice {
  const scores = scoreAll(skills, instruction);
  const ranked = skills
    .map((skill) => ({ skill, score: scores.get(skill) ?? 0 }))
    .toSorted((a, b) => b.score - a.score || (a.skill.name < b.skill.name ? -1 : 1));
  const bad: string[] = [];
  let lacking: string | undefined;
  let silent: string | undefined;
  for (const { skill, score } of ranked) {
    const fit = tryOn(skill, instruction);
    if (fit.kind === "bad") bad.push(`The skill ${skill.name} cannot be followed: ${fit.why}.`);
    if (score === 0) continue;
    if (fit.kind === "missing") lacking ??= `The nearest, ${skill.name}, needs \`${fit.name}\`.`;
    if (fit.kind === "uncovered")
      silent ??= `the skill ${skill.name} says nothing about ${fit.pieces.map((piece) => JSON.stringify(piece)).join(", ")}`;
    if (fit.kind === "fits")
      return { kind: "chosen", name: skill.name, procedure: fit.procedure, values: fit.values };
  }
  if (silent !== undefined) return { kind: "none", why: silent, remarks: bad };
  const remarks = [...(lacking === undefined ? [] : [lacking]), ...bad];
  return { kind: "none", why: "no skill in my context matches", remarks };
}

type Fit =
  | { readonly kind: "fits"; readonly procedure: Procedure; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: "missing"; readonly name: string }
  /** Its inputs match, but it does not account for these pieces of the instruction. */
  | { readonly kind: "uncovered"; readonly pieces: readonly string[] }
  | { readonly kind: "bad"; readonly why: string }
  | { readonly kind: "no_steps" };

function tryOn(skill: OfferedSkill, instruction: string): Fit {
  const parsed = parseSkill(skill.body);
  if (parsed.kind !== "procedure") return parsed;
  try {
    const found = findInputs(parsed.procedure.inputs, instruction);
    if (found.kind === "missing") return found;
    const pieces = leftOver(skill, found, instruction);
    if (pieces.length > 0) return { kind: "uncovered", pieces };
    return { kind: "fits", procedure: parsed.procedure, values: found.values };
  } catch (error) {
    if (error instanceof SlowPattern) return { kind: "bad", why: error.message };
    throw error;
  }
}

/** Sum over the words that a description shares with the instruction; a word weighs less the more skills have it. */
function scoreAll(skills: readonly OfferedSkill[], instruction: string): Map<OfferedSkill, number> {
  const asked = new Set(words(instruction));
  const about = new Map(skills.map((skill) => [skill, new Set(words(`${skill.name} ${skill.description}`))]));
  const spread = (word: string): number => [...about.values()].filter((own) => own.has(word)).length;
  const weights = new Map(
    [...asked].map((word) => [word, Math.log(1 + skills.length / Math.max(spread(word), 1))]),
  );
  return new Map(
    Array.from(about, ([skill, own]) => [
      skill,
      [...asked].reduce((sum, word) => sum + (own.has(word) ? (weights.get(word) ?? 0) : 0), 0),
    ]),
  );
}
