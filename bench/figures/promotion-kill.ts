/** Promotions, approvals and rollbacks of a real home, killed 200 times at random: what is lost or half-made afterwards. */
import { makeKilledHome, type Action, type KilledHome, type Round } from "../../test/helpers/killed.ts";
import type { Figure } from "../figure.ts";

const KILLS = 200;
/** They are killed side by side. */
const HOMES = 4;
const ACTIONS: readonly Action[] = ["promote", "approve", "rollback"];

export const promotionKill: Figure = {
  name: "promotion-kill",
  about: `${KILLS} promotions and rollbacks killed at a random moment; then the next command, and what must hold`,
  async measure({ signal }) {
    const rounds = (
      await Promise.all(Array.from({ length: HOMES }, () => killOften(KILLS / HOMES, signal)))
    ).flat();
    const killed = rounds.filter((round) => round.killed);
    const broken = rounds.filter(({ problems }) => problems.length > 0);
    const finished = killed.filter(({ moved }) => moved).length;
    return [
      {
        what: "lost or half-made states",
        unit: "count",
        value: broken.length,
        samples: killed.length,
        bar: 0,
        note:
          `${killed.length} kills: ${finished} moves finished, ${killed.length - finished} undone` +
          broken.map(({ problems }) => `; ${problems.join(", ")}`).join(""),
      },
    ];
  },
};

async function killOften(kills: number, signal: AbortSignal): Promise<Round[]> {
  await using home = await makeKilledHome();
  const longest = await durations(home);
  const rounds: Round[] = [];
  for (let n = 0; rounds.filter(({ killed }) => killed).length < kills; n++) {
    signal.throwIfAborted();
    const action = ACTIONS[n % ACTIONS.length] ?? "promote";
    const ms = Math.random() * (longest.get(action) ?? 0);
    // Every other time node dies alone, and the git command that it has started goes on.
    rounds.push(await home.round(action, { kind: "after", ms, all: n % 2 === 0 }));
    // So that there is something to take back.
    if (action === "rollback" && rounds.at(-1)?.moved === true)
      rounds.push(await home.round("promote", { kind: "never" }));
  }
  return rounds;
}

/** How long each takes when nothing kills it, in milliseconds, with some time to spare. */
async function durations(home: KilledHome): Promise<Map<Action, number>> {
  const found = new Map<Action, number>();
  for (const action of ACTIONS) found.set(action, 1.1 * (await home.round(action, { kind: "never" })).ms);
  await home.round("promote", { kind: "never" });
  return found;
}
