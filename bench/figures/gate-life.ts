/** The false share of all that is promoted over a life, and what online control costs in power, beside e-LOND. */
import { levelFor, type Level, type Tested } from "../../replay/gate/discovery.ts";
import { simulateLife, type LifeSimulation, type SimulatedLife } from "../../replay/gate/simulate-life.ts";
import type { Figure, Row } from "../figure.ts";

const CANDIDATES = 500;
const LIVES = 100;
const LIFE = { tasks: 40, flakiness: 0.5, effect: 0.2, life: CANDIDATES, lives: LIVES, alpha: 0.05 };

export const gateLife: Figure = {
  name: "gate-life",
  about: `false share of the promotions over ${LIVES} lives of ${CANDIDATES} candidates`,
  async measure({ signal }) {
    const rows: Row[] = [];
    for (const helpful of [0, 0.1, 0.3, 0.5]) {
      signal.throwIfAborted();
      // Without a candidate that helps, the false share of a life is 0 or 1: it takes more of them to see.
      const options: LifeSimulation = {
        ...LIFE,
        helpful,
        lives: helpful === 0 ? 4 * LIVES : LIVES,
        seed: "life",
      };
      const result = simulateLife(options);
      const percent = `${100 * helpful}% help`;
      const [low, high] = result.falseShareInterval.map((share) => (100 * share).toFixed(2));
      rows.push({
        what: `false share of promotions, ${percent}`,
        unit: "%",
        value: 100 * result.falseShare,
        bar: 5,
        note: `mean of ${options.lives} lives, 95%: ${low} to ${high}; worst moment ${(100 * result.worstFalseShare).toFixed(2)}%; ${result.promotions.toFixed(1)} promotions a life`,
      });
      if (helpful === 0) continue;
      const lond = simulateLife({ ...options, levels: eLond });
      rows.push(power(`power in a life, ${percent}`, result), power(`  e-LOND, ${percent}`, lond));
    }
    return rows;
  },
};

function power(what: string, { power, powerInterval, meanTrials, falseShare }: SimulatedLife): Row {
  const [low, high] = powerInterval.map((share) => (100 * share).toFixed(1));
  const note = `95%: ${low} to ${high}; ${meanTrials.toFixed(0)} trials a candidate; false share ${(100 * falseShare).toFixed(2)}%`;
  return { what, unit: "%", value: 100 * power, note };
}

/** α_t = α · γ_t · (R_{t−1} + 1) with γ_t = t^−1.1 over its sum, and the same rounding and comparison. */
function eLond(past: readonly Tested[], alpha: number): Level {
  const accepted = past.filter((one) => one.accepted).length;
  return levelFor((alpha * (past.length + 1) ** -1.1) / ZETA, accepted, alpha);
}

/** Σ t^−1.1 over all t. */
const ZETA = 10.584_448_464_95;
