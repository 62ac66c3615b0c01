/** First source: how a run got over an error by itself becomes a lesson for those that did not. */
import type { Proposal } from "../../candidate.ts";
import type { ProposeContext } from "../proposer.ts";
import { generalise } from "./generalise.ts";
import { answeringLines, answers, lessonLine } from "./lesson.ts";
import { learnedFrom } from "./provenance.ts";
import { recoveriesOf, type Recovery } from "./recovery.ts";
import { errorsOf, teach, type SeenError } from "./teach.ts";

export function fromRecoveries(context: ProposeContext, limit: number): Proposal[] {
  const errors = errorsOf(
    context.cluster.failures.map(({ trace }) => trace),
    context,
  );
  const recoveries = context.passing.flatMap(recoveriesOf);
  return learned(recoveries, errors, context)
    .slice(0, limit)
    .flatMap(({ line, runs }) => {
      const provenance = learnedFrom(
        "recovery",
        context.cluster.id,
        context.passing.flatMap(({ run }) => (runs.has(run.id) ? [run] : [])),
      );
      const who = runs.size === 1 ? "A run" : `${runs.size} runs`;
      const rationale = `${who} met the same error and got over it this way: ${line}`;
      return teach({ line, provenance, rationale }, errors, context);
    });
}

interface Learned {
  readonly line: string;
  readonly runs: ReadonlySet<string>;
  /** Skill or file that says so already, when the lesson is somebody's words and not our generalisation. */
  readonly known: boolean;
}

/**
 * Each lesson once, the one that most runs teach first. Where the genome has words for what a recovery did, these are
 * taken: they were written, or accepted, before.
 */
function learned(
  recoveries: readonly Recovery[],
  errors: readonly SeenError[],
  { genome }: ProposeContext,
): Learned[] {
  const lessons = new Map<string, Learned>();
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
    lessons.set(line, { line, runs, known: wording !== undefined });
  }
  return [...lessons.values()].toSorted(
    (a, b) => b.runs.size - a.runs.size || Number(b.known) - Number(a.known),
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
