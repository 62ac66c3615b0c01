/** From a lesson to patches: into the skill that the failing runs share, and into the lessons that all runs read. */
import type { FileEdit, Proposal, Rung } from "../../candidate.ts";
import { viewOf } from "../../analyse/view.ts";
import type { Trace } from "../../failure.ts";
import type { ProposeContext } from "../proposer.ts";
import { followed } from "./led-by.ts";
import { answers } from "./lesson.ts";
import { withLesson, withSharedLesson } from "./patch.ts";
import type { Provenance } from "./provenance.ts";

export interface Taught {
  readonly line: string;
  readonly provenance: Provenance;
  /** One sentence on where it comes from. */
  readonly rationale: string;
}

/** An error of a failing run with the skills that it followed. */
export interface SeenError {
  readonly text: string;
  readonly skills: readonly string[];
}

export function errorsOf(traces: readonly Trace[], context: ProposeContext): SeenError[] {
  return traces.flatMap((trace) => {
    const { calls } = viewOf(trace);
    const skills = followed(trace, context);
    return calls.flatMap(({ event }) =>
      event.result.is_error ? [{ text: event.result.content, skills }] : [],
    );
  });
}

/** The lower rung first. Nothing where the genome says so already. */
export function teach(lesson: Taught, errors: readonly SeenError[], context: ProposeContext): Proposal[] {
  return [...inSkills(lesson, errors, context), ...inPrompts(lesson, errors, context)];
}

/** Into the one skill that all failing runs share, or into each run's only skill; several are no clear address. */
function inSkills(lesson: Taught, errors: readonly SeenError[], context: ProposeContext): Proposal[] {
  const hit = errors.filter(({ text }) => answers(lesson.line, text));
  const first = hit[0];
  if (!first) return [];
  const shared = first.skills.filter((name) => hit.every(({ skills }) => skills.includes(name)));
  const only = hit.every(({ skills }) => skills.length === 1);
  const names = shared.length === 1 ? shared : only ? [...new Set(hit.flatMap(({ skills }) => skills))] : [];
  const edits = names.flatMap((name): FileEdit[] => {
    const path = `${context.paths.skills}/${name}/SKILL.md`;
    const before = context.genome.get(path);
    if (before === undefined || hit.every(({ text }) => answers(before, text))) return [];
    const after = withLesson(before, lesson.line, lesson.provenance);
    return after === undefined ? [] : [{ path, before, after }];
  });
  if (edits.length === 0) return [];
  const who = names.length === 1 ? names[0] : "skills";
  return [proposal("skill", lesson, edits, `Teach ${who} to answer ${errorOf(lesson.line)}`)];
}

function inPrompts(
  lesson: Taught,
  errors: readonly SeenError[],
  { genome, paths }: ProposeContext,
): Proposal[] {
  const path = `${paths.prompts}/lessons.md`;
  const before = genome.get(path);
  const hit = errors.filter(({ text }) => answers(lesson.line, text));
  if (before !== undefined && hit.every(({ text }) => answers(before, text))) return [];
  // Nothing is said twice: where each run's skill says it already, the prompt would not help either.
  const told = ({ skills, text }: SeenError): boolean =>
    skills.some((name) => answers(genome.get(`${paths.skills}/${name}/SKILL.md`) ?? "", text));
  if (hit.every(told)) return [];
  const after = withSharedLesson(before, lesson.line);
  if (after === undefined) return [];
  return [
    proposal("prompt", lesson, [{ path, before, after }], `Teach all runs to answer ${errorOf(lesson.line)}`),
  ];
}

/** The error that a lesson is about, in a few words. */
function errorOf(line: string): string {
  const pattern =
    /`([^`]+)`/
      .exec(line)?.[1]
      ?.replace(/^error:\s*/i, "")
      .trim() ?? "";
  if (pattern === "") return "an error";
  return `"${pattern.length > 36 ? `${pattern.slice(0, 35).trimEnd()}…` : pattern}"`;
}

function proposal(
  rung: Rung,
  { provenance, rationale }: Taught,
  edits: readonly FileEdit[],
  title: string,
): Proposal {
  return { rung, source: `distill:${provenance.source}`, title, rationale, edits, costUsd: 0 };
}
