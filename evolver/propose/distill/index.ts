/** Skill distillation without a model: how successful runs got over an error becomes a lesson for those that did not. */
import type { FileEdit, Proposal, Rung } from "../../candidate.ts";
import { viewOf } from "../../analyse/view.ts";
import type { ProposeContext, Proposer } from "../proposer.ts";
import { generalise } from "./generalise.ts";
import { answeringLines, answers, lessonLine } from "./lesson.ts";
import { withLesson, withSharedLesson } from "./patch.ts";
import { recoveriesOf } from "./recovery.ts";
import type { Recovery } from "./recovery.ts";

export interface DistillOptions {
  /** Lessons for one cluster; 3 when absent. Each may be proposed for the skill and for the shared lessons. */
  readonly limit?: number;
}

export function distiller({ limit = 3 }: DistillOptions = {}): Proposer {
  return {
    name: "distill",
    async propose(context) {
      const errors = context.cluster.failures.flatMap(({ trace }) => errorsOf(trace));
      const recoveries = context.passing.flatMap(recoveriesOf);
      const fitting = taught(recoveries, errors, context);
      const proposals = fitting
        .slice(0, limit)
        .flatMap((lesson) => [...inSkills(lesson, errors, context), ...inPrompts(lesson, errors, context)]);
      const before = new Set(context.rejected.map(({ proposal }) => JSON.stringify(proposal.edits)));
      return proposals.filter(({ edits }) => !before.has(JSON.stringify(edits)));
    },
  };
}

/** An error of a failing run with the skills that were in its context. */
interface SeenError {
  readonly text: string;
  readonly skills: readonly string[];
}

function errorsOf(trace: ProposeContext["passing"][number]): SeenError[] {
  const { calls, skills } = viewOf(trace);
  return calls.flatMap(({ event }) =>
    event.result.is_error ? [{ text: event.result.content, skills }] : [],
  );
}

interface Taught {
  readonly line: string;
  readonly runs: readonly string[];
  /** Skill or file that says so already, when the lesson is somebody's words and not our generalisation. */
  readonly known: boolean;
}

/**
 * Each lesson once, the one that most runs teach first. Where the genome has words for what a recovery did, these are
 * taken: they were written, or accepted, before.
 */
function taught(
  recoveries: readonly Recovery[],
  errors: readonly SeenError[],
  { genome }: ProposeContext,
): Taught[] {
  const lessons = new Map<string, Taught>();
  const texts = [...genome].filter(([path]) => path.endsWith(".md")).map(([, text]) => text);
  for (const recovery of recoveries) {
    const wording = existingWords(recovery, texts);
    const lines = wording === undefined ? generalise(recovery).map(lessonLine) : [wording];
    // It has to fit where it comes from, or it was generalised badly, and where it should help.
    const fits = (text: string): boolean =>
      answers(text, recovery.error) && errors.some((error) => answers(text, error.text));
    const line = lines.find(fits);
    if (line === undefined) continue;
    const runs = new Set([...(lessons.get(line)?.runs ?? []), recovery.run]);
    lessons.set(line, { line, runs: [...runs], known: wording !== undefined });
  }
  return [...lessons.values()].toSorted(
    (a, b) => b.runs.length - a.runs.length || Number(b.known) - Number(a.known),
  );
}

function existingWords({ error, commands }: Recovery, texts: readonly string[]): string | undefined {
  const command = commands.length === 0 ? undefined : commands.join(" && ");
  const same = (advised: string | undefined): boolean => plain(advised ?? "") === plain(command ?? "");
  return texts.flatMap((text) => answeringLines(text, error)).find((found) => same(found.command))?.line;
}

/** Quoting does not matter: the shell takes it away. */
function plain(command: string): string {
  return command.replace(/["']/g, "").replace(/\s+/g, " ").trim();
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
    return [{ path, before, after: withLesson(before, lesson.line, lesson.runs) }];
  });
  if (edits.length === 0) return [];
  return [
    proposal(
      "skill",
      lesson,
      edits,
      `Teach ${names.length === 1 ? names[0] : "skills"} to answer ${errorOf(lesson.line)}`,
    ),
  ];
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
  const edit = { path, before, after: withSharedLesson(before, lesson.line) };
  return [proposal("prompt", lesson, [edit], `Teach all runs to answer ${errorOf(lesson.line)}`)];
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

function proposal(rung: Rung, { line, runs }: Taught, edits: readonly FileEdit[], title: string): Proposal {
  const who = runs.length === 1 ? "A run" : `${runs.length} runs`;
  const rationale = `${who} met the same error and got over it this way: ${line}`;
  return { rung, source: "distill:recovery", title, rationale, edits, costUsd: 0 };
}
