/** What failing runs say and passing runs do not, as words to look for in code. */
import type { Hypothesis, Trace } from "../../failure.ts";
import { analyse, contrastOf } from "../analyse.ts";
import { viewOf } from "../view.ts";
import { AFTERMATH, CLUES, CONCEPTS } from "./concepts.ts";
import { odditiesOf } from "./oddities.ts";
import { wordsOf } from "./words.ts";

/** The guess at the cause outweighs its words, and words of one run are a weak witness. */
const CONCEPT_WEIGHT = 1;
const SAID_WEIGHT = 1;
const CLUE_WEIGHT = 1.5;
const AFTERMATH_WEIGHT = 2;
/** From this score on a guess names the cause. */
const CERTAIN = 0.85;

export interface Symptoms {
  /** Weight by word: how much more of the failing than of the passing runs have to do with it; below 0 for what only follows. */
  readonly words: ReadonlyMap<string, number>;
  /** 0 to 1: how many of the failures have a cause that their own record shows, rather than what it led to. */
  readonly certainty: number;
}

export function symptomsOf(failing: readonly Trace[], passing: readonly Trace[]): Symptoms {
  const contrast = contrastOf(passing);
  const words = new Map<string, number>();
  let certain = 0;
  const add = (more: Iterable<string>, weight: number): void => {
    for (const word of more) words.set(word, (words.get(word) ?? 0) + weight);
  };
  for (const trace of failing) {
    const [best, ...others] = strongest(analyse(trace, contrast).hypotheses);
    if (best && best.score >= CERTAIN && best.category !== "harness-error") certain += 1;
    for (const { category, score, evidence } of best ? [best, ...others] : []) {
      const clues = CLUES.flatMap(([told, more]) => (told.test(evidence) ? [more] : [])).join(" ");
      add(new Set(wordsOf(clues)), (CLUE_WEIGHT * score) / failing.length);
      add(new Set(wordsOf(CONCEPTS[category])), (CONCEPT_WEIGHT * score) / failing.length);
      add(new Set(wordsOf(AFTERMATH[category] ?? "")), (-AFTERMATH_WEIGHT * score) / failing.length);
    }
  }
  const passed = shareOf(passing);
  for (const [word, share] of shareOf(failing)) {
    const more = share - (passed.get(word) ?? 0);
    if (more > 0) add([word], SAID_WEIGHT * more);
  }
  return { words, certainty: certain / Math.max(1, failing.length) };
}

/** Far behind the first, a guess says nothing about the code. */
function strongest(hypotheses: readonly Hypothesis[]): readonly Hypothesis[] {
  return hypotheses.filter(({ score }) => score >= 0.3).slice(0, 3);
}

/** Share of the runs in which a word is said by the harness or the kernel. */
function shareOf(traces: readonly Trace[]): Map<string, number> {
  const shares = new Map<string, number>();
  for (const trace of traces) {
    for (const word of new Set(wordsOf(saidIn(trace))))
      shares.set(word, (shares.get(word) ?? 0) + 1 / traces.length);
  }
  return shares;
}

function saidIn(trace: Trace): string {
  const view = viewOf(trace);
  const texts = trace.events.flatMap((event) => {
    switch (event.kind) {
      case "noted":
        return [event.note, ...Object.keys(event.data), ...Object.values(event.data).map(String)];
      case "finished":
        return [event.status, event.summary];
      case "run_ended":
        return [event.status, event.summary ?? ""];
      case "model_called":
        return event.error ? [event.error.code, event.error.message] : [];
      case "harness_exited":
        return event.error ? [event.error.message] : [];
      case "budget_reached":
        return [event.limit];
      case "protocol_broken":
        return [event.detail];
      default:
        return [];
    }
  });
  return [...texts, ...odditiesOf(view)].join("\n");
}
