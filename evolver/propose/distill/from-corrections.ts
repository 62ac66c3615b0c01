/** Second source: what people said was wrong. "Semicolons instead of commas" changes the skill; the rest becomes a lesson. */
import { jaccard } from "../../jaccard.ts";
import { splitLessons } from "../../../skills/lessons.ts";
import { words } from "../../../skills/words.ts";
import type { Proposal } from "../../candidate.ts";
import type { Correction } from "../../knowledge/knowledge.ts";
import type { ProposeContext } from "../proposer.ts";
import { followed } from "./led-by.ts";
import { answers, answeringLines } from "./lesson.ts";
import { mergeLesson } from "./novelty.ts";
import { withSharedLesson } from "./patch.ts";
import { withProvenance, type Provenance } from "./provenance.ts";
import { replaceInSkill, replacementIn } from "./replacement.ts";
import { procedureIn } from "./skill-steps.ts";
import { errorsOf, teach } from "./teach.ts";

/** From this share of common words on two instructions ask for the same kind of thing. */
const ALIKE = 0.3;
/** A longer one is no lesson of one line. */
const LONGEST_LESSON = 240;

export function fromCorrections(context: ProposeContext, limit: number): Proposal[] {
  const about = (context.knowledge?.corrections ?? []).filter((correction) => concerns(correction, context));
  return about.flatMap((correction) => proposalsOf(correction, context)).slice(0, limit);
}

/** The corrected run had a skill of the failing ones, or was asked for the same kind of thing. */
function concerns({ skills, instruction }: Correction, context: ProposeContext): boolean {
  const asked = new Set(words(instruction));
  return context.cluster.failures.some(
    ({ trace }) =>
      followed(trace, context).some((name) => skills.includes(name)) ||
      jaccard(asked, new Set(words(trace.run.instruction))) >= ALIKE,
  );
}

/** The narrowest reading that there is. */
function proposalsOf(correction: Correction, context: ProposeContext): Proposal[] {
  const lessons = asLessons(correction, context);
  if (lessons.length > 0) return lessons;
  const replaced = asReplacement(correction, context);
  return replaced.length > 0 ? replaced : asAdvice(correction, context);
}

/** Somebody who knows the form of a lesson says it outright. */
function asLessons(correction: Correction, context: ProposeContext): Proposal[] {
  const errors = errorsOf(
    context.cluster.failures.map(({ trace }) => trace),
    context,
  );
  const lines = errors.flatMap(({ text }) => answeringLines(correction.words, text).map(({ line }) => line));
  return [...new Set(lines)].flatMap((line) => {
    const lesson = {
      line,
      provenance: provenanceOf(correction, context),
      rationale: rationaleOf(correction),
    };
    return errors.some(({ text }) => answers(line, text)) ? teach(lesson, errors, context) : [];
  });
}

/** "X instead of Y", where a skill of the failing runs says Y. */
function asReplacement(correction: Correction, context: ProposeContext): Proposal[] {
  const readings = replacementIn(correction.words);
  const names = context.cluster.failures.flatMap(({ trace }) => followed(trace, context));
  for (const name of new Set(names)) {
    const path = `${context.paths.skills}/${name}/SKILL.md`;
    const before = context.genome.get(path);
    if (before === undefined || procedureIn(before) === undefined) continue;
    for (const reading of readings) {
      const text = replaceInSkill(before, reading);
      if (text === undefined || procedureIn(text) === undefined) continue;
      const edit = { path, before, after: withProvenance(text, provenanceOf(correction, context)) };
      return [
        {
          rung: "skill",
          source: "distill:correction",
          title: `Use \`${reading.wanted}\` instead of \`${reading.unwanted}\` in ${name}`,
          rationale: rationaleOf(correction),
          edits: [edit],
          costUsd: 0,
        },
      ];
    }
  }
  return [];
}

/** A sentence for models that can read one. */
function asAdvice(correction: Correction, { genome, paths }: ProposeContext): Proposal[] {
  const line = adviceIn(correction);
  if (line === undefined) return [];
  const path = `${paths.prompts}/lessons.md`;
  const before = genome.get(path);
  const everywhere = [...genome].flatMap(([file, text]) => (file.endsWith(".md") ? splitLessons(text) : []));
  if (mergeLesson(line, everywhere).kind === "known") return [];
  const after = withSharedLesson(before, line);
  if (after === undefined) return [];
  const edits = [{ path, before, after }];
  const title = `Remember what a person said: ${line}`;
  return [
    {
      rung: "prompt",
      source: "distill:correction",
      title,
      rationale: rationaleOf(correction),
      edits,
      costUsd: 0,
    },
  ];
}

/** One sentence that begins with a capital, without "no," in front; with the skill that it is about. */
function adviceIn({ words: said, skills }: Correction): string | undefined {
  const text = said
    .replace(/\s+/g, " ")
    .trim()
    .replace(/^(?:(?:no|nope|wrong|actually|again|please|i (?:meant|said))\b[,.:;!]?\s*)+/i, "");
  if (words(text).length < 2 || text.length > LONGEST_LESSON) return undefined;
  const sentence = `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/[.!]*$/, ".");
  return skills.length === 1 ? `With the skill ${skills[0] ?? ""}: ${sentence}` : sentence;
}

function provenanceOf({ run, at, release }: Correction, { cluster }: ProposeContext): Provenance {
  return {
    source: "correction",
    cluster: cluster.id,
    from: [run],
    date: at.slice(0, 10),
    release: release.slice(0, 12),
  };
}

function rationaleOf({ kind, run }: Correction): string {
  return kind === "feedback"
    ? `A person said so of run ${run}.`
    : `A person corrected run ${run} with the next instruction.`;
}
