/** What a cycle did, as Markdown for a person: every patch with its diff, its reasons and its cases. */
import { createTwoFilesPatch } from "diff";
import type { Case } from "../../replay/gate/case.ts";
import type { Candidate, FileEdit } from "../candidate.ts";
import { count } from "../../runtime/kernel/count.ts";

export interface ReportedCycle {
  readonly cycle: string;
  /** Name of the suite that it ran. */
  readonly suite: string;
  /** ISO times. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly release: string;
  readonly model: string;
  /** Undefined when a reply had no known price. */
  readonly costUsd: number | undefined;
  /** What recordings answered, and so was not asked of the model. */
  readonly saved: { readonly modelCalls: number; readonly tokens: number; readonly usd: number };
  /** Tasks that passed before the cycle, and would pass with every accepted patch; undefined when not measured. */
  readonly before: Score | undefined;
  readonly after: Score | undefined;
  /** Failures that failed again on the unchanged release: what does not cannot count as fixed. */
  readonly reproduced: { readonly again: number; readonly of: number };
  readonly clusters: readonly { readonly id: string; readonly title: string; readonly failures: number }[];
  /** In the order in which they were judged. `cases` is empty for one that was refused before replay. */
  readonly candidates: readonly { readonly candidate: Candidate; readonly cases: readonly Case[] }[];
  /** What each proposer tried, had accepted and cost: questions, trials of its patches, and their share of the time. */
  readonly accounts: readonly {
    readonly name: string;
    readonly attempts: number;
    readonly proposals: number;
    /** Of its proposals: refused by the static checks, tried quickly, of help there, judged. */
    readonly refused: number;
    readonly tried: number;
    readonly helped: number;
    readonly judged: number;
    readonly accepted: number;
    /** US dollars, as far as they are known. */
    readonly usd: number;
    readonly seconds: number;
  }[];
  /** Proposals that did not become a candidate, and why. */
  readonly refused: readonly { readonly title: string; readonly source: string; readonly why: string }[];
}

export interface Score {
  readonly passed: number;
  readonly total: number;
}

/** The report. The text of models, tasks and patches is shown as text: it can form no heading, link or HTML. */
export function cycleReport(report: ReportedCycle): string {
  const accepted = report.candidates.filter(({ candidate }) => candidate.verdict === "accept");
  const others = report.candidates.filter(({ candidate }) => candidate.verdict !== "accept");
  return [
    `# Cycle ${text(report.cycle)}`,
    summary(report, accepted.length),
    section("Failures", clusters(report)),
    section("Proposers", accounts(report)),
    section("Accepted", accepted.map(patch).join("\n\n") || "No patch was accepted."),
    section(
      "Not accepted",
      [...others.map(patch), ...refusals(report)].join("\n\n") || "Nothing was turned down.",
    ),
  ]
    .join("\n\n")
    .concat("\n");
}

// ---------------------------------------------------------------- sections

function summary(report: ReportedCycle, accepted: number): string {
  return table(
    ["", ""],
    [
      ["Suite", text(report.suite)],
      ["Tasks passed before", score(report.before)],
      ["Tasks passed with the accepted patches", score(report.after)],
      [
        "Failures",
        `${sum(report.clusters.map((one) => one.failures))} in ${count(report.clusters.length, "cluster")}`,
      ],
      [
        "Failed again when tried again",
        `${report.reproduced.again} of ${count(report.reproduced.of, "failing task")}`,
      ],
      [
        "Patches",
        `${report.candidates.length} judged, ${accepted} accepted, ${report.refused.length} refused before replay`,
      ],
      ["Release", `\`${report.release.slice(0, 12)}\``],
      ["Model", text(report.model)],
      [
        "Cost",
        report.costUsd === undefined ? "not known: a model without a price" : `$${report.costUsd.toFixed(4)}`,
      ],
      ["Saved by replay", saved(report.saved)],
      ["Time", `${text(report.startedAt)} to ${text(report.endedAt)}`],
    ],
  );
}

function saved({ modelCalls, tokens, usd }: ReportedCycle["saved"]): string {
  if (modelCalls === 0) return "nothing: every model call was made";
  const money = usd === 0 ? "" : `, $${usd.toFixed(4)}`;
  return `${modelCalls} model calls with ${tokens} tokens${money}, answered from recordings`;
}

function clusters(report: ReportedCycle): string {
  if (report.clusters.length === 0) return "There were no failures.";
  return table(
    ["Cluster", "What failed", "Failures", "Answered by"],
    report.clusters.map((cluster) => [
      text(cluster.id),
      text(cluster.title),
      String(cluster.failures),
      answers(report, cluster.id),
    ]),
  );
}

function accounts({ accounts: all }: ReportedCycle): string {
  if (all.length === 0) return "Nobody was asked.";
  return table(
    [
      "Proposer",
      "Asked",
      "Proposals",
      "Refused",
      "Tried quickly",
      "Helped",
      "Judged",
      "Accepted",
      "Cost",
      "Time",
    ],
    all.map(({ name, attempts, proposals, refused, tried, helped, judged, accepted, usd, seconds }) => [
      text(name),
      ...[attempts, proposals, refused, tried, helped, judged, accepted].map(String),
      `$${usd.toFixed(4)}`,
      `${seconds.toFixed(1)} s`,
    ]),
  );
}

function answers(report: ReportedCycle, cluster: string): string {
  const tried = report.candidates.filter(({ candidate }) => candidate.cluster === cluster);
  return tried.map(({ candidate }) => `${candidate.id} (${candidate.verdict})`).join(", ") || "nothing";
}

function patch({ candidate, cases }: ReportedCycle["candidates"][number]): string {
  const { proposal } = candidate;
  return [
    `### ${text(proposal.title)}`,
    [
      `- Verdict: **${candidate.verdict}**, ${candidate.fixes.length} fixed, ${candidate.regressions.length} lost, ` +
        count(candidate.trials, "trial"),
      ...controls(candidate),
      `- Patch \`${candidate.id}\` on \`${candidate.parent.slice(0, 12)}\`, ${proposal.rung}, from ${text(proposal.source)}`,
      ...(candidate.branch === undefined
        ? []
        : [`- Review: \`git diff ${candidate.parent.slice(0, 12)} ${candidate.branch}\``]),
      `- Why: ${text(proposal.rationale)}`,
    ].join("\n"),
    table(
      ["Reason", "Claim", "", "Figures"],
      candidate.reasons.map((reason) => [
        text(reason.name),
        text(reason.claim),
        reason.holds,
        text(reason.figures),
      ]),
    ),
    caseTable(cases),
    fenced("diff", proposal.edits.map(unifiedDiff).join("")),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** What a second try alone would have given, beside the gain. */
function controls({ control }: Candidate): string[] {
  if (control === undefined) return [];
  const [baseline, two, patched] = [control.baseline, control.bestOfTwo, control.candidate].map(
    (rate) => `${(100 * rate).toFixed(1)}%`,
  );
  return [
    `- Passed: ${baseline} with the baseline, ${two} with the better of two tries of it, ${patched} with the patch`,
  ];
}

function refusals(report: ReportedCycle): string[] {
  return report.refused.map(
    (one) => `### ${text(one.title)}\n\nRefused before replay, from ${text(one.source)}: ${text(one.why)}`,
  );
}

function caseTable(cases: readonly Case[]): string {
  if (cases.length === 0) return "";
  return table(
    ["Case", "Role", "Baseline", "Candidate"],
    cases.map((one) => [text(one.name), one.role ?? "", trials(one.baseline), trials(one.candidate)]),
  );
}

/** `pass`, `fail`, or how many of the trials passed when they differ. */
function trials(passes: readonly boolean[]): string {
  const passed = passes.filter(Boolean).length;
  if (passed === passes.length) return "pass";
  return passed === 0 ? "fail" : `${passed} of ${passes.length} pass`;
}

function unifiedDiff(edit: FileEdit): string {
  const before = edit.before === undefined ? "/dev/null" : `a/${edit.path}`;
  const written = createTwoFilesPatch(before, `b/${edit.path}`, edit.before ?? "", edit.after);
  return written.replace(/^=+\n/, "");
}

// ---------------------------------------------------------------- Markdown

function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** One line, with everything that Markdown or HTML would read taken as it stands. */
function text(value: string): string {
  return value
    .replace(/[\s\p{Cc}\u2028\u2029]+/gu, " ")
    .trim()
    .replace(/[\\`*_[\]<>|#&~!]/g, (mark) => (mark === "<" ? "&lt;" : mark === "&" ? "&amp;" : `\\${mark}`));
}

/** The fence is longer than any in the text. */
function fenced(language: string, body: string): string {
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${body.replace(/\n$/, "")}\n${fence}`;
}

function score(value: Score | undefined): string {
  return value === undefined ? "not measured" : `${value.passed} of ${value.total}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
