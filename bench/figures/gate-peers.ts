/** The rules of other systems and Ratchet's on the same synthetic candidates, as they are and at equal trials. */
import { makePlan, type Plan } from "../../replay/gate/sequential-plan.ts";
import { agentOf, type SyntheticTask } from "../../replay/gate/simulate.ts";
import type { Figure, Row } from "../figure.ts";
import { runPeer, runPlan, type Share } from "../support/gate/compare.ts";
import { PEERS } from "../support/peers/index.ts";
import { withMargin } from "../support/peers/skill-opt.ts";

const RUNS = 2000;
const ALPHA = 0.05;
const TASKS = [20, 40, 100];
const FLAKINESS = [0.2, 0.5];
const EFFECT = 0.2;
/** Where rules meet at equal trials. */
const EQUAL = { tasks: 40, flakiness: 0.5 };

/** A rule in one cell: candidates that do not help, of both kinds, and such that help. */
interface Cell {
  readonly none: Share;
  readonly balanced: Share;
  readonly helps: Share;
}
type Rule = (tasks: readonly SyntheticTask[]) => Share;

export const gatePeers: Figure = {
  name: "gate-peers",
  about: `rules of ${PEERS.length} kinds beside Ratchet's: false promotions, power, trials; also at equal trials`,
  async measure({ signal }) {
    const rows: Row[] = [];
    for (const tasks of TASKS) {
      signal.throwIfAborted();
      const plan = makePlan(tasks, ALPHA);
      rows.push(asItIs("Ratchet", tasks, (agent) => runPlan(plan, agent, RUNS), 100 * ALPHA));
      for (const peer of PEERS) rows.push(asItIs(peer.name, tasks, (agent) => runPeer(peer, agent, 1, RUNS)));
    }
    return [...rows, ...atEqualTrials(signal)];
  },
};

function asItIs(name: string, tasks: number, rule: Rule, bar?: number): Row {
  const cells = FLAKINESS.map((flakiness) => cellOf({ tasks, flakiness }, rule));
  const falses = cells.flatMap(({ none, balanced }) => [none.promoted, balanced.promoted]);
  const power = cells.map(({ helps }, i) => `${percent(helps)} with ${100 * (FLAKINESS[i] ?? 0)}% flaky`);
  const trials = cells.flatMap((cell) => [cell.none.trials, cell.balanced.trials, cell.helps.trials]);
  return {
    what: `false promotions, ${tasks} tasks: ${name}`,
    unit: "%",
    value: 100 * Math.max(...falses),
    ...(bar === undefined ? {} : { bar }),
    note: `from ${(100 * Math.min(...falses)).toFixed(1)}%; power at +20 points ${power.join(", ")}; ${range(trials)} trials`,
  };
}

/** Each peer repeats its trials until it has made as many as Ratchet at least; then Ratchet has no more than each peer. */
function atEqualTrials(signal: AbortSignal): Row[] {
  const own = cellOf(EQUAL, (agent) => runPlan(makePlan(EQUAL.tasks, ALPHA), agent, RUNS));
  const trials = Math.max(own.none.trials, own.balanced.trials, own.helps.trials);
  const rows = PEERS.map((peer) => {
    signal.throwIfAborted();
    const cell = repeated(trials, (repeats) => cellOf(EQUAL, (agent) => runPeer(peer, agent, repeats, RUNS)));
    const fewer = falseOf(own) < falseOf(cell) ? "ahead" : "behind";
    const more = own.helps.promoted >= cell.helps.promoted ? "ahead" : "behind";
    const verdict = `Ratchet ${fewer} on false promotions, ${more} on power`;
    return {
      rival: falseOf(cell) <= ALPHA && cell.helps.promoted >= own.helps.promoted,
      row: {
        what: `at Ratchet's trials: ${peer.name}`,
        unit: "%" as const,
        value: 100 * falseOf(cell),
        note: `power ${percent(cell.helps)}, ${cell.helps.trials.toFixed(0)} trials; ${verdict}`,
      },
    };
  });
  return [
    {
      what: `false promotions, ${EQUAL.tasks} tasks, 50% flaky: Ratchet`,
      unit: "%",
      value: 100 * falseOf(own),
      bar: 100 * ALPHA,
      note: `power ${percent(own.helps)}; trials ${range([own.none.trials, own.balanced.trials, own.helps.trials])}`,
    },
    ...rows.map(({ row }) => row),
    {
      what: "peers within 5% false promotions and with Ratchet's power, at equal trials",
      unit: "count",
      value: rows.filter(({ rival }) => rival).length,
      bar: 0,
      note: `of ${rows.length}`,
    },
    boundedMargin(own, trials),
    ...[1, 2].map((repeats) => limited(2 * EQUAL.tasks * repeats)),
  ];
}

/** The least number of repeats with which a rule makes that many trials. */
function repeated(trials: number, rule: (repeats: number) => Cell): Cell {
  for (let repeats = 1; ; repeats++) {
    const cell = rule(repeats);
    if (Math.min(cell.none.trials, cell.balanced.trials, cell.helps.trials) >= trials || repeats >= 40)
      return cell;
    // Most rules make a fixed number of trials: come close in one step.
    repeats = Math.max(repeats, Math.ceil((repeats * trials) / cell.none.trials) - 2);
  }
}

/** A count with the margin that its own noise asks for is the best that a fixed number of trials can do. */
function boundedMargin(own: Cell, trials: number): Row {
  const repeats = Math.ceil(trials / (2 * EQUAL.tasks));
  let margin = 0;
  let cell: Cell;
  do {
    const peer = withMargin(margin / repeats);
    cell = cellOf(EQUAL, (agent) => runPeer(peer, agent, repeats, RUNS));
    margin++;
  } while (falseOf(cell) > ALPHA);
  return {
    what: "power of strict > with a margin for 5% false promotions",
    unit: "%",
    value: 100 * cell.helps.promoted,
    bar: 100 * own.helps.promoted,
    note: `${cell.helps.trials.toFixed(0)} trials; Ratchet ${percent(own.helps)} with ${own.helps.trials.toFixed(0)}`,
  };
}

/** Ratchet with no more trials than a peer makes, decided by its last pair at the latest. */
function limited(trials: number): Row {
  // A plan for n tasks has five pairs a task.
  const plan: Plan = makePlan(trials / 10, ALPHA);
  const cell = cellOf(EQUAL, (agent) => runPlan(plan, agent, RUNS));
  return {
    what: `Ratchet with ${trials} trials at most`,
    unit: "%",
    value: 100 * falseOf(cell),
    bar: 100 * ALPHA,
    note: `power ${percent(cell.helps)}; ${range([cell.none.trials, cell.helps.trials])} trials`,
  };
}

function cellOf(agent: { readonly tasks: number; readonly flakiness: number }, rule: Rule): Cell {
  const kind = (nothing: "none" | "balanced" | undefined): Share =>
    rule(agentOf({ ...agent, effect: EFFECT, null: nothing }));
  return { none: kind("none"), balanced: kind("balanced"), helps: kind(undefined) };
}

function falseOf({ none, balanced }: Cell): number {
  return Math.max(none.promoted, balanced.promoted);
}

function percent({ promoted }: Share): string {
  return `${(100 * promoted).toFixed(1)}%`;
}

function range(values: readonly number[]): string {
  const [low, high] = [Math.min(...values).toFixed(0), Math.max(...values).toFixed(0)];
  return low === high ? low : `${low} to ${high}`;
}
