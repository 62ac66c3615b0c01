/** What is known of a failure, as text: for a language model, and for a coding agent. Nothing of a verifier is in it. */
import { createTwoFilesPatch } from "diff";
import { framesOf } from "../analyse/stack.ts";
import { viewOf } from "../analyse/view.ts";
import type { Failure } from "../failure.ts";
import { genomePart } from "../../guardrails/scope.ts";
import { samePath } from "./operators/evidence.ts";
import type { ProposeContext } from "./proposer.ts";

/** Failure, guesses at its cause, records of runs, and what was tried before: as paragraphs of Markdown. */
export function evidenceText({ cluster, rejected }: ProposeContext): string {
  return [
    `# The failure\n\n${cluster.title}`,
    hypotheses(cluster.failures),
    ...cluster.failures.slice(0, MOST_RUNS).map((failure, index) => record(failure, index + 1)),
    attempts(rejected),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

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

/** A run as the model saw it, at most as long as this. What the verifier said is not part of it, here or anywhere. */
export function record({ trace }: Failure, number: number): string {
  const lines = trace.events.flatMap((event): string[] => {
    switch (event.kind) {
      case "model_called":
        return [
          event.error
            ? `model refused: ${event.error.code}: ${clip(event.error.message)}`
            : `model: ${clip(JSON.stringify(event.reply?.content ?? []))}`,
        ];
      case "tool_called":
        return [
          `tool ${event.name} ${clip(JSON.stringify(event.input))} → ${event.result.is_error ? "ERROR " : ""}${clip(event.result.content)}`,
        ];
      case "skill_loaded":
        return [`skill ${event.name} ${event.found ? "loaded" : "not found"}`];
      case "harness_exited":
        return event.error ? [`harness threw: ${clip(event.error.stack)}`] : [];
      case "budget_reached":
        return [`budget reached: ${event.limit} ${event.spent}/${event.cap}`];
      case "finished":
        return [`finished as ${event.status}: ${clip(event.summary)}`];
      case "protocol_broken":
        return [`protocol broken: ${clip(event.detail)}`];
      case "run_started":
      case "skills_searched":
      case "noted":
      case "verified":
      case "feedback_given":
      case "run_ended":
        return [];
      default:
        return event satisfies never;
    }
  });
  const left = Math.max(0, lines.length - MOST_EVENTS);
  // The first events say what was asked, the last ones how it ended.
  const kept =
    left === 0 ? lines : [...lines.slice(0, 6), `… ${left} events left out …`, ...lines.slice(6 + left)];
  return `<record run="${number}">\ninstruction: ${clip(trace.run.instruction)}\n${kept.join("\n")}\n</record>`;
}

/** Runs of a cluster are alike: more than this adds cost and no insight. */
const MOST_RUNS = 2;
const MOST_EVENTS = 24;
const LONGEST_TEXT = 700;
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

function clip(text: string): string {
  const safe = text.replaceAll("</record>", "</ record>");
  if (safe.length <= LONGEST_TEXT) return safe;
  return `${safe.slice(0, LONGEST_TEXT / 2)} … ${safe.slice(-LONGEST_TEXT / 2)}`;
}
