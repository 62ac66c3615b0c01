import type { Detector } from "../detector.ts";
import { fingerprint } from "../view.ts";
import type { CallView } from "../view.ts";

const ROUNDS = 3;
const LONGEST_PERIOD = 4;

/** A short round of different calls with the same results, again and again. */
export const oscillation: Detector = ({ calls }) => {
  if (calls.length < 2 * ROUNDS) return undefined;
  const keys = calls.map(keyOf);
  for (let end = 2 * ROUNDS; end <= keys.length; end += 1) {
    for (let period = 2; period <= Math.min(LONGEST_PERIOD, end / ROUNDS); period += 1) {
      if (!goesRound(keys, end, period)) continue;
      const round = calls.slice(end - period, end).map(({ event }) => event.name);
      return {
        category: "oscillation",
        template: `a round of ${period} calls over and over: ${[...new Set(round)].toSorted().join(", ")}`,
        step: calls[end - 1]?.index ?? 0,
        component: "model",
        score: 0.79,
        evidence: `${round.join(", ")} were called ${ROUNDS} times in turn with the same inputs and results`,
      };
    }
  }
  return undefined;
};

function keyOf({ event }: CallView): string {
  return `${fingerprint(event)}\n${event.result.content}`;
}

/** One call over and over is another fault. */
function goesRound(keys: readonly string[], end: number, period: number): boolean {
  for (let at = end - period * (ROUNDS - 1); at < end; at += 1)
    if (keys[at] !== keys[at - period]) return false;
  return keys[end - 1] !== keys[end - 2];
}
