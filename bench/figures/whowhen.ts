/** Attribution in runs of several agents, without a language model, beside constant answers and what was published. */
import { asRow, attributeConversation, rankTurns } from "../../evolver/analyse/conversation/attribute.ts";
import { fit, type Choice } from "../../evolver/analyse/conversation/choice.ts";
import { TRAITS, traitsOf } from "../../evolver/analyse/conversation/traits.ts";
import { conversationOf } from "../../evolver/analyse/conversation/turns.ts";
import { random } from "../../replay/gate/random.ts";
import type { Figure, Row } from "../figure.ts";
import { readWhoWhen, type Labelled } from "../support/whowhen.ts";

/** Parts of the cross-validation, and how often the runs are dealt anew. */
const PARTS = 9;
const DEALS = 10;

export const whoWhen: Figure = {
  name: "whowhen",
  about: "attribution to agent and step on Who&When, algorithm-generated; with --data DIR, where its file is",
  async measure({ data }) {
    if (data === undefined) {
      process.stderr.write("bench: whowhen is left out: --data DIR names the folder of the labelled runs\n");
      return [];
    }
    const runs = await readWhoWhen(data);
    return [
      ...crossValidated(runs),
      ...constants(runs),
      ...shipped(runs),
      ...PUBLISHED.flatMap(({ what, agent, step }) => [
        share(`agent, ${what}`, agent, "published, not run here"),
        share(`step, ${what}`, step, "published, not run here"),
      ]),
    ];
  },
};

/** With the ground truth of the task in the prompt; Zhang et al. 2025. */
const PUBLISHED = [
  { what: "GPT-4o all at once", agent: 54.33, step: 12.5 },
  { what: "GPT-4o step by step", agent: 35.2, step: 25.51 },
  { what: "GPT-4o binary search", agent: 44.13, step: 23.98 },
];

interface Answer {
  readonly agent: string | undefined;
  readonly step: number;
}

/** Weights are fitted on eight parts of nine, and tested on the ninth. */
function crossValidated(runs: readonly Labelled[]): Row[] {
  const choices = runs.map(choiceOf);
  let agents = 0;
  let steps = 0;
  for (let deal = 0; deal < DEALS; deal += 1) {
    const part = dealt(runs.length, `whowhen ${deal}`);
    for (let out = 0; out < PARTS; out += 1) {
      const weights = fit(
        choices.filter((_, i) => part[i] !== out),
        TRAITS.length,
      );
      for (const [i, run] of runs.entries()) {
        if (part[i] !== out) continue;
        const { agent, step } = answerOf(run, weights);
        agents += Number(agent === run.agent);
        steps += Number(step === run.step);
      }
    }
  }
  const total = runs.length * DEALS;
  const note = `${PARTS}-fold, ${DEALS} deals of ${runs.length} runs: never tested on a run that was fitted`;
  const best = bestConstant(runs);
  return [
    { ...share("agent, Ratchet, cross-validated", (100 * agents) / total, note), atLeast: best.agent },
    { ...share("step, Ratchet, cross-validated", (100 * steps) / total, note), atLeast: best.step },
  ];
}

function choiceOf({ trace, step }: Labelled): Choice {
  const conversation = conversationOf(trace);
  if (conversation === undefined) throw new Error(`${trace.run.id} has one author only`);
  return { alternatives: traitsOf(conversation).map(asRow), chosen: step };
}

function answerOf({ trace }: Labelled, weights: readonly number[]): Answer {
  const [first] = rankTurns(trace, weights) ?? [];
  return { agent: first?.turn.author, step: first?.at ?? -1 };
}

/** The weights that ship were fitted on these very runs. */
function shipped(runs: readonly Labelled[]): Row[] {
  const first = runs.map(({ trace }) => attributeConversation(trace)?.hypotheses[0]);
  const hits = (right: (i: number) => boolean): number =>
    (100 * runs.filter((_, i) => right(i)).length) / runs.length;
  const note = "fitted on the same runs: flattering; the first hypothesis of each run";
  return [
    share(
      "agent, Ratchet, shipped weights",
      hits((i) => first[i]?.agent === runs[i]?.agent),
      note,
    ),
    share(
      "step, Ratchet, shipped weights",
      hits((i) => first[i]?.step === runs[i]?.step),
      note,
    ),
  ];
}

/** Always the same answer: step k, and the author of step k; and the agent that talks most. */
function constants(runs: readonly Labelled[]): Row[] {
  const best = bestConstant(runs);
  return [
    share(`agent, always the author of step ${best.author}`, best.agent, "best constant answer"),
    share(`step, always step ${best.at}`, best.step, "best constant answer"),
    share(
      "agent, always the one who says most",
      (100 * count(runs, talkative)) / runs.length,
      "a rule, no constant",
    ),
  ];
}

interface Best {
  readonly agent: number;
  readonly author: number;
  readonly step: number;
  readonly at: number;
}

function bestConstant(runs: readonly Labelled[]): Best {
  const longest = Math.max(...runs.map(({ authors }) => authors.length));
  const steps = Array.from({ length: longest }, (_, k) => runs.filter(({ step }) => step === k).length);
  const agents = Array.from({ length: longest }, (_, k) => count(runs, ({ authors }) => authors[k]));
  const [step, agent] = [Math.max(...steps), Math.max(...agents)];
  return {
    agent: (100 * agent) / runs.length,
    author: agents.indexOf(agent),
    step: (100 * step) / runs.length,
    at: steps.indexOf(step),
  };
}

function count(runs: readonly Labelled[], answer: (run: Labelled) => string | undefined): number {
  return runs.filter((run) => answer(run) === run.agent).length;
}

function talkative({ trace }: Labelled): string | undefined {
  const said = new Map<string, number>();
  for (const { author, text, environment } of conversationOf(trace)?.turns ?? []) {
    if (!environment) said.set(author, (said.get(author) ?? 0) + text.length);
  }
  return [...said].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}

/** Which part each run is in. */
function dealt(runs: number, seed: string): number[] {
  const uniform = random(seed);
  const order = Array.from({ length: runs }, (_, i) => ({ i, at: uniform() })).toSorted(
    (a, b) => a.at - b.at,
  );
  const part = Array.from({ length: runs }, () => 0);
  for (const [place, { i }] of order.entries()) part[i] = place % PARTS;
  return part;
}

function share(what: string, value: number, note: string): Row {
  return { what, unit: "%", value, note };
}
