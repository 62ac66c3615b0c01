/** Real noise: two trials of one agent, held against each other as if one were a patch. Nobody may be promoted. */
import { judgeTable } from "../../replay/gate/judge.ts";
import type { Outcome } from "../../replay/gate/outcome.ts";
import { random } from "../../replay/gate/random.ts";
import type { Figure, Row } from "../figure.ts";
import { readTaubench } from "../support/gate/taubench.ts";
import { PEERS } from "../support/peers/index.ts";
import type { Peer } from "../support/peers/peer.ts";

/** Rules that draw at random are asked this often for each pair. */
const DRAWS = 200;

/** Which trials play the baseline, and which the candidate. */
interface Split {
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
}

export const gateTaubench: Figure = {
  name: "gate-taubench",
  about: "acceptances among trials of one agent on tau-bench airline; with --data DIR, where its file is",
  async measure({ data }) {
    if (data === undefined) {
      process.stderr.write("bench: gate-taubench is left out: --data DIR names the folder of the outcomes\n");
      return [];
    }
    const passes = await readTaubench(data);
    const trials = passes.map((_, trial) => trial);
    const pairs = trials.flatMap((a) =>
      trials.filter((b) => b !== a).map((b): Split => ({ baseline: [a], candidate: [b] })),
    );
    // Two trials against the other two.
    const halves = pairs
      .map(({ baseline, candidate }) => [...baseline, ...candidate])
      .map((half) => ({ baseline: half, candidate: trials.filter((trial) => !half.includes(trial)) }));
    return [
      own("one trial against another", pairs, passes),
      own("two trials against the other two", halves, passes),
      ...PEERS.map((peer) => other(peer, pairs, passes)),
    ];
  },
};

function own(name: string, splits: readonly Split[], passes: readonly (readonly boolean[])[]): Row {
  const verdicts = splits.map((split) => judgeTable(tableOf(split, passes)).verdict);
  const count = (verdict: string): number => verdicts.filter((one) => one === verdict).length;
  return {
    what: `Ratchet accepts, ${name}`,
    unit: "count",
    value: count("accept"),
    bar: 0,
    note: `of ${splits.length}; ${count("reject")} rejected, ${count("inconclusive")} inconclusive`,
  };
}

function tableOf({ baseline, candidate }: Split, passes: readonly (readonly boolean[])[]): Outcome[] {
  const rows = (arm: Outcome["arm"], trials: readonly number[]): Outcome[] =>
    trials.flatMap((from, trial) =>
      (passes[from] ?? []).map((pass, task) => ({ case: `task-${task}`, arm, trial, pass })),
    );
  return [...rows("baseline", baseline), ...rows("candidate", candidate)];
}

function other(peer: Peer, pairs: readonly Split[], passes: readonly (readonly boolean[])[]): Row {
  const uniform = random(peer.name);
  let accepted = 0;
  for (const { baseline, candidate } of pairs) {
    // Where a rule asks for more trials of the same agent, it gets those that are left, each arm another one first.
    const rest = passes
      .map((_, trial) => trial)
      .filter((trial) => ![...baseline, ...candidate].includes(trial));
    const arms = { baseline: [...baseline, ...rest], candidate: [...candidate, ...rest.toReversed()] };
    const draws = {
      tasks: passes[0]?.length ?? 0,
      attempt: (arm: "baseline" | "candidate", task: number, trial: number): boolean =>
        passes[arms[arm][trial % arms[arm].length] ?? -1]?.[task] ?? false,
    };
    for (let i = 0; i < DRAWS; i++) accepted += Number(peer.decide(draws, uniform, 1));
  }
  const share = (100 * accepted) / (pairs.length * DRAWS);
  return {
    what: `${peer.name} accepts`,
    unit: "%",
    value: share,
    note: `of ${pairs.length} ordered pairs of trials`,
  };
}
