/** The commit message of a patch: for the person who reviews it, and for whoever reads the history years later. */
import { stripVTControlCharacters } from "node:util";
import { redact } from "../../guardrails/secrets.ts";
import type { Candidate } from "../candidate.ts";
import type { Cluster } from "../failure.ts";
import { count } from "../../runtime/kernel/count.ts";

/** All that a message says. */
export interface MessageParts {
  readonly candidate: Candidate;
  /** The failures that it answers. */
  readonly cluster: Pick<Cluster, "id" | "title">;
  /** Where the cause lies, when it is known. */
  readonly cause?: { readonly file: string; readonly line: number; readonly text: string };
  /** Why this rung and not a lower one. */
  readonly whyThisRung: string;
  /** Commands that show the failure and the fix, one each. */
  readonly reproduce: readonly string[];
}

/** Longest line of the body; the subject may be as long. */
const WIDTH = 72;

/** The full message of a patch that was judged. */
export function commitMessage(parts: MessageParts): string {
  const { candidate, cluster } = parts;
  const { proposal } = candidate;
  const paragraphs = [
    wrapped(`Failure: ${sentence(cluster.title)}`),
    wrapped(causeOf(parts)),
    wrapped(`Fix (${proposal.rung}): ${sentence(proposal.rationale)} ${sentence(parts.whyThisRung)}`),
    verdictOf(candidate),
    parts.reproduce.length === 0
      ? ""
      : ["Reproduce:", "", ...parts.reproduce.map((line) => `    ${oneLine(line)}`)].join("\n"),
  ];
  return [
    subjectLine(proposal.title),
    ...paragraphs.filter((text) => text !== ""),
    trailers(candidate, cluster.id),
  ].join("\n\n");
}

/** Message of a candidate that was not judged yet: it is replaced when the candidate is published. */
export function draftMessage(title: string, rationale: string, cluster: string): string {
  return `${subjectLine(title)}\n\n${wrapped(sentence(rationale))}\n\nRatchet-Cluster: ${oneLine(cluster)}\n`;
}

/** One line of at most 72 characters that begins with a capital and does not end with a full stop. */
export function subjectLine(title: string): string {
  const text = oneLine(title).replace(/\.+$/, "") || "Change the genome";
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  if (capital.length <= WIDTH) return capital;
  const cut = capital.slice(0, WIDTH - 1);
  // At a word, unless the only space is far to the left. Never through the two halves of one character.
  const space = cut.lastIndexOf(" ");
  const kept = space > WIDTH / 2 ? cut.slice(0, space) : cut.replace(/[\uD800-\uDBFF]$/, "");
  return `${kept}…`;
}

// ---------------------------------------------------------------- paragraphs

function causeOf({ cause }: MessageParts): string {
  if (cause === undefined) return "Cause: not located; see the rationale below.";
  return `Cause: ${oneLine(cause.file)}:${cause.line}: ${sentence(cause.text)}`;
}

function verdictOf(candidate: Candidate): string {
  const counts = `${candidate.fixes.length} fixed, ${candidate.regressions.length} lost, ${count(candidate.trials, "trial")}`;
  const reasons = candidate.reasons.map((reason) =>
    bullet(`${reason.name}: ${reason.holds}; ${oneLine(reason.figures)}`),
  );
  return [`Verdict: ${candidate.verdict} (${counts})`, ...reasons].join("\n");
}

/** The last paragraph, which git reads as trailers. */
function trailers(candidate: Candidate, cluster: string): string {
  return [
    `Ratchet-Cluster: ${oneLine(cluster)}`,
    `Ratchet-Source: ${oneLine(candidate.proposal.source)}`,
    `Ratchet-Rung: ${candidate.proposal.rung}`,
    `Ratchet-Verdict: ${candidate.verdict}`,
    "",
  ].join("\n");
}

// ---------------------------------------------------------------- text that others wrote

/**
 * White space and control characters become single spaces, so that no text can start a line or a trailer of its own, nor turn
 * the direction of what stands beside it. What looks like a key is taken out: a draft is committed before the checks have seen it.
 */
function oneLine(text: string): string {
  const visible = stripVTControlCharacters(text).replace(CONTROLS, " ");
  return redact(visible)
    .text.replace(/\bRatchet-(?=[\w-]+:)/gi, "Ratchet ")
    .trim();
}

/** C0 and C1, line separators, and those of text that runs from right to left. */
const CONTROLS = /[\s\p{Cc}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu;

function sentence(text: string): string {
  const line = oneLine(text);
  return line === "" || /[.!?…]$/.test(line) ? line : `${line}.`;
}

function bullet(text: string): string {
  return wrapped(text, WIDTH - 2)
    .split("\n")
    .map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`))
    .join("\n");
}

function wrapped(text: string, width = WIDTH): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").filter((one) => one !== "")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].filter((one) => one !== "").join("\n");
}
