/** What is known of a failure, as text: for a language model, and for a coding agent. Nothing of a verifier is in it. */
import { createTwoFilesPatch } from "diff";
import { suspicion } from "../analyse/localise/spectrum.ts";
import { record } from "../analyse/record.ts";
import { framesOf } from "../analyse/stack.ts";
import { viewOf } from "../analyse/view.ts";
import type { Failure } from "../failure.ts";
import { genomePart } from "../../guardrails/scope.ts";
import { samePath } from "./operators/evidence.ts";
import type { ProposeContext } from "./proposer.ts";

/**
 * Failure, guesses at its cause, suspect places, records of runs, and what was tried before: as paragraphs of Markdown.
 * @param places lines of the harness, most suspect first, as `file:function:line score`
 */
export function evidenceText({ cluster, rejected }: ProposeContext, places: readonly string[]): string {
  return [
    `# The failure\n\n${cluster.title}`,
    hypotheses(cluster.failures),
    places.length === 0
      ? ""
      : `Lines of the harness that failing runs execute and others do not, most suspect first. The cause may lie elsewhere:\n\n${places.map((place) => `- ${place}`).join("\n")}`,
    ...cluster.failures.slice(0, MOST_RUNS).map(({ trace }, index) => record(trace, index + 1)),
    attempts(rejected),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Suspect lines by coverage alone: what it takes to know more is too big for a process that does other things. */
export function placesByCoverage({ cluster, passing }: ProposeContext): string[] {
  const failing = cluster.failures.map(({ trace }) => trace);
  return [...suspicion(failing, passing)]
    .flatMap(([file, lines]) => [...lines].map(([line, score]) => ({ file, line, score })))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, MOST_PLACES)
    .map(({ file, line, score }) => `${file}:${line} ${score.toFixed(2)}`);
}

/** More than this point nowhere. */
export const MOST_PLACES = 10;

/** Genome files, most suspect first: on a stack, then harness, prompts, the skills in use, and the other skills. */
export function suspects({ cluster, genome, paths }: ProposeContext): [path: string, text: string][] {
  const views = cluster.failures.map(({ trace }) => viewOf(trace));
  const frames = views.flatMap(({ exited }) => framesOf(exited?.event.error?.stack ?? ""));
  const skills = new Set(views.flatMap((view) => view.skills));
  const rank = (path: string): number => {
    if (frames.some(({ file }) => samePath(path, file))) return 0;
    const part = genomePart(path, paths);
    if (part === "harness") return 1;
    if (part === "prompt") return 2;
    if (part === "skill") return skills.has(path.split("/").at(-2) ?? "") ? 3 : 4;
    return 5;
  };
  return [...genome]
    .filter(([path]) => rank(path) < 5)
    .toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** A fence longer than any in the text. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([fence]) => fence.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text.trimEnd()}\n${fence}`;
}

/** Runs of a cluster are alike: more than this adds cost and no insight. */
const MOST_RUNS = 2;
/** The newest attempts: they were made from the newest genome. */
const MOST_ATTEMPTS = 8;
const LONGEST_DIFF = 1500;

function hypotheses(failures: readonly Failure[]): string {
  const best = failures[0]?.hypotheses.slice(0, 4) ?? [];
  const lines = best.map(
    ({ category, component, score, evidence, against, judged }) =>
      `- ${category} (${component}, ${score.toFixed(2)}): ${evidence}${against === undefined ? "" : `; against it: ${against}`}${judged === undefined ? "" : `; judged: ${judged}`}`,
  );
  return lines.length === 0 ? "" : `Guesses at the cause, best first:\n\n${lines.join("\n")}`;
}

function attempts(rejected: ProposeContext["rejected"]): string {
  if (rejected.length === 0) return "";
  const tried = rejected.slice(-MOST_ATTEMPTS).map(({ proposal, why }) => {
    const diff = proposal.edits
      .map(({ path, before, after }) =>
        createTwoFilesPatch(path, path, before ?? "", after, "", "", { context: 1 }),
      )
      .join("");
    const shown = diff.length > LONGEST_DIFF ? `${diff.slice(0, LONGEST_DIFF)}\n…` : diff;
    return `- ${proposal.title}: ${why}\n\n${fenced(shown.replaceAll(/^=+\n/gm, ""))}`;
  });
  return `# Tried before, and rejected\n\n${tried.join("\n\n")}`;
}
