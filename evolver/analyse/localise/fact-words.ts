/** The words of code that is behind each fact, and how far a fact may be believed. */
import type { Trace } from "../../failure.ts";
import { viewOf } from "../view.ts";
import { factsOf } from "./facts.ts";
import { wordsOf } from "./words.ts";

const CONSEQUENCE_WEIGHT = 0.15;

/** Weight of each word of the facts that failing runs show more often than passing runs. */
export function factWords(failing: readonly Trace[], passing: readonly Trace[]): ReadonlyMap<string, number> {
  const words = new Map<string, number>();
  const passed = sharesOf(passing);
  for (const [fact, share] of sharesOf(failing)) {
    const weight = weightOf(fact, share, passed.get(fact) ?? 0);
    if (weight <= 0) continue;
    for (const word of new Set(wordsOf(FACTS[fact]))) words.set(word, (words.get(word) ?? 0) + weight);
  }
  return words;
}

function weightOf(fact: Fact, failing: number, passing: number): number {
  const contrast = failing - passing;
  if (CONSEQUENCES.has(fact)) return contrast * CONSEQUENCE_WEIGHT;
  return WRONG.has(fact) ? (failing + contrast) / 2 : contrast;
}

/** Share of the runs that show it. */
function sharesOf(traces: readonly Trace[]): Map<Fact, number> {
  const shares = new Map<Fact, number>();
  for (const trace of traces) {
    for (const fact of factsOf(viewOf(trace))) shares.set(fact, (shares.get(fact) ?? 0) + 1 / traces.length);
  }
  return shares;
}

const FACTS = {
  reply_lost: "reply content kept add push sendable dropped assistant",
  text_blank: "text blank empty trim sendable",
  id_twice: "id ids fresh same twice unique",
  half_character: "character characters code point surrogate well formed slice width cut end",
  carriage_return: "normalised replace line ends carriage return blank trim prompt text",
  cut_unmarked: "marker missing shown truncate parts",
  tail_lost: "tail end last lines truncate room head share",
  head_lost: "head begin first lines truncate room tail share",
  transient_not_retried: "retry retries transient max attempt tries",
  permanent_retried: "retry retries transient failure kind error",
  error_not_retried: "retry retries retryable fatal kind code classify recover",
  asked_again_too_soon: "wait retry after ms sleep before asked",
  waited_long: "wait ms base factor backoff max",
  ended_in_error: "error fatal kind end",
  call_not_run: "call calls each outcome outcomes dispatch run break batch",
  out_of_order: "order calls one after all each batch dispatch race",
  input_as_text: "input parse json string object written malformed",
  cut_reply_acted: "cut max tokens stop reason calls act move",
  cut_reply: "max tokens output limit cut reply",
  refusal_acted: "refusal refused stop reason move",
  nudge_unsent: "nudge text add context",
  circle_unnoticed: "circle stagnation observe fingerprint window rounds period loop break",
  circle_noticed: "circle stagnation observe fingerprint window rounds period loop break nudge stuck",
  done_again: "list listed notes summary outcomes succeeded call middle transcript",
  task_lost: "task instruction middle recent keep kept turns summary",
  notes_lost: "notes summary summarise write reply text estimate",
  steps_unused: "steps left used limit budget zero",
  notes_late: "steps left min budget notes summary step",
  stalled: "compaction compact smaller before after gain size stalled measured",
  no_compaction: "compact full size room context share estimate tokens",
  text_before_results: "results add offer help nudge order before skill",
  help_unasked: "errors error help offer skill lessons",
  batch_large: "batch share limits calls bytes results",
  error_unmarked: "error failed exit code status shown mark",
  error_marked: "error shown result failed",
  claimed: "claim completion marker finished exit code line",
  nudged: "nudge nudges empty cut paused max reply",
  gave_up: "giving give gave words finished status",
  system_changed: "system text template section lessons skills prompt",
  thinking_lost: "thinking signature block content kept filter",
  thinking_kept: "thinking signature cut block content text filter",
  placeholder_left: "section sections placeholder template fill replace",
  skill_unshown: "skill skills render section loaded offered text",
  skill_passed_over: "skill skills score hits candidate cutoff sort floor best",
  calls_ignored: "stop reason calls act done move",
  pause_ended: "pause paused stop reason move done",
  roles_repeat: "role merge last messages adjacent",
  odd_rendering: "text string render stringify content",
  result_swapped: "outcome result id index match order",
  message_repeated: "push add append turns again",
  history_lost: "turns slice window drop context middle recent",
  results_orphaned: "cut divide group boundary start reply results recent middle turns",
  notes_of_nothing: "notes transcript middle write task text",
  results_missing: "results outcomes add each call result",
} as const;
export type Fact = keyof typeof FACTS;

/** What comes of many mistakes says little about any. */
const CONSEQUENCES: ReadonlySet<Fact> = new Set([
  "ended_in_error",
  "gave_up",
  "nudged",
  "circle_noticed",
  "results_missing",
  "call_not_run",
  "stalled",
]);

/** What no good harness does: it counts, though passing runs show it, too. */
const WRONG: ReadonlySet<Fact> = new Set([
  "text_blank",
  "id_twice",
  "half_character",
  "carriage_return",
  "cut_unmarked",
  "tail_lost",
  "head_lost",
  "out_of_order",
  "cut_reply_acted",
  "nudge_unsent",
  "task_lost",
  "text_before_results",
  "results_orphaned",
  "error_unmarked",
  "error_marked",
  "placeholder_left",
  "roles_repeat",
  "result_swapped",
  "reply_lost",
  "thinking_lost",
  "notes_of_nothing",
  "skill_unshown",
]);
