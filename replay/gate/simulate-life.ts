/** Lives of synthetic agents: candidate after candidate through the comparison, each at the level that its past leaves it. */
import { nextLevel, type Level, type Tested } from "./discovery.ts";
import { random } from "./random.ts";
import { makePlan, type Plan } from "./sequential-plan.ts";
import { agentOf, compare, wilson, type Synthetic } from "./simulate.ts";

export interface LifeSimulation extends Omit<Synthetic, "null"> {
  /** What candidates that do not help are like; both kinds by turns when undefined. */
  readonly null?: Synthetic["null"];
  /** Candidates in a life. */
  readonly life: number;
  /** Share of them that help: each of their tasks gains `effect`. */
  readonly helpful: number;
  readonly lives: number;
  readonly alpha: number;
  readonly seed: string;
  /** Another rule for the levels, to compare with. */
  readonly levels?: (past: readonly Tested[], alpha: number) => Level;
}

export interface SimulatedLife {
  readonly lives: number;
  /** Mean over the lives of the share of the promoted candidates that do not help; 0 where none was promoted. */
  readonly falseShare: number;
  /** 95%, by the spread between lives. */
  readonly falseShareInterval: readonly [low: number, high: number];
  /** Mean over the lives of the largest that this share ever was. */
  readonly worstFalseShare: number;
  /** Per life. */
  readonly promotions: number;
  readonly falsePromotions: number;
  /** Share of the helping candidates that are promoted, with its 95% interval (Wilson). */
  readonly power: number;
  readonly powerInterval: readonly [low: number, high: number];
  /** Trials of both arms per candidate. */
  readonly meanTrials: number;
  /** Of the first and the last candidate, the latter as the mean over the lives. */
  readonly firstLevel: number;
  readonly lastLevel: number;
}

/** How one life went. */
interface Lived {
  readonly found: number;
  readonly wrong: number;
  readonly helping: number;
  readonly worst: number;
  readonly pairs: number;
  readonly lastLevel: number;
}

/** The same seed gives the same figures. */
export function simulateLife(options: LifeSimulation): SimulatedLife {
  const { lives, life, alpha, levels = nextLevel } = options;
  const uniform = random(options.seed);
  const draw = drawFrom(options, uniform);
  const plans = new Map<number, Plan>();
  const planAt = (level: number): Plan => {
    const found = plans.get(level) ?? makePlan(options.tasks, level);
    plans.set(level, found);
    return found;
  };
  const lived = Array.from({ length: lives }, () =>
    live(
      life,
      (past) => levels(past, alpha),
      draw,
      (level, tasks) => compare(planAt(level), tasks, uniform),
    ),
  );

  const shares = lived.map(({ found, wrong }) => wrong / Math.max(1, found + wrong));
  const falseShare = mean(shares);
  const spread = Math.sqrt(mean(shares.map((share) => (share - falseShare) ** 2)) / lives);
  const [helping, found] = [sum(lived.map((one) => one.helping)), sum(lived.map((one) => one.found))];
  return {
    lives,
    falseShare,
    falseShareInterval: [Math.max(0, falseShare - 1.96 * spread), Math.min(1, falseShare + 1.96 * spread)],
    worstFalseShare: mean(lived.map(({ worst }) => worst)),
    promotions: mean(lived.map((one) => one.found + one.wrong)),
    falsePromotions: mean(lived.map(({ wrong }) => wrong)),
    power: helping === 0 ? 0 : found / helping,
    powerInterval: helping === 0 ? [0, 1] : wilson(found, helping),
    meanTrials: (2 * mean(lived.map(({ pairs }) => pairs))) / life,
    firstLevel: levels([], alpha).level,
    lastLevel: mean(lived.map(({ lastLevel }) => lastLevel)),
  };
}

type Drawn = { readonly helps: boolean; readonly tasks: ReturnType<typeof agentOf> };

/** A candidate, which helps or not by chance. */
function drawFrom(options: LifeSimulation, uniform: () => number): () => Drawn {
  const kinds = options.null === undefined ? (["none", "balanced"] as const) : [options.null];
  const idle = kinds.map((kind) => agentOf({ ...options, null: kind }));
  const helping = agentOf({ ...options, null: undefined });
  let turn = 0;
  return () => {
    const tasks = uniform() < options.helpful ? helping : idle[turn++ % idle.length];
    return { helps: tasks === helping, tasks: tasks ?? [] };
  };
}

function live(
  candidates: number,
  levelAfter: (past: readonly Tested[]) => Level,
  draw: () => Drawn,
  test: (level: number, tasks: Drawn["tasks"]) => ReturnType<typeof compare>,
): Lived {
  const past: Tested[] = [];
  let [found, wrong, helping, worst, pairs] = [0, 0, 0, 0, 0];
  while (past.length < candidates) {
    const next = levelAfter(past);
    const { helps, tasks } = draw();
    const end = test(next.level, tasks);
    const accepted = end.state === "better";
    past.push({ ...next, evalue: end.evalue, accepted });
    pairs += end.pairs;
    if (helps) helping++;
    if (accepted && helps) found++;
    if (accepted && !helps) wrong++;
    worst = Math.max(worst, wrong / Math.max(1, found + wrong));
  }
  return { found, wrong, helping, worst, pairs, lastLevel: past.at(-1)?.level ?? 0 };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
