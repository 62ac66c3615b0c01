import { expect, test } from "vitest";
import { makeKilledHome, type Action, type Death } from "../../helpers/killed.ts";

interface Ending {
  readonly death: Death;
  readonly moved: boolean | "either";
}

/** A move writes its receipt, announces where it leads, moves, and closes the receipt. It is killed at each of these. */
const DEATHS: readonly Ending[] = [
  { death: { kind: "store", write: 1, where: "behind" }, moved: false },
  { death: { kind: "git", command: 1, where: "middle" }, moved: false },
  { death: { kind: "git", command: 2, where: "before" }, moved: false },
  // The command would move the pointer after the next command of ours has found that it did not.
  { death: { kind: "git", command: 2, where: "orphan" }, moved: false },
  { death: { kind: "git", command: 2, where: "middle" }, moved: "either" },
  { death: { kind: "git", command: 2, where: "behind" }, moved: true },
  { death: { kind: "store", write: 2, where: "before" }, moved: true },
  { death: { kind: "store", write: 2, where: "behind" }, moved: true },
];

test.each([
  ["approve", DEATHS],
  ["rollback", DEATHS.slice(3, 7)],
] as const)(
  "%s, killed at each step, is finished or undone by the next command",
  { timeout: 180_000 },
  async (action: Action, deaths) => {
    await using home = await makeKilledHome();
    await home.round("promote", { kind: "never" });
    for (const { death, moved } of deaths) {
      const round = await home.round(action, death);
      const expected = moved === "either" ? round.moved : moved;
      expect({ death, ...round }).toMatchObject({ problems: [], killed: true, moved: expected });
      if (action === "rollback" && round.moved) await home.round("promote", { kind: "never" });
    }
    expect(await home.round("promote", { kind: "never" })).toMatchObject({ problems: [], moved: true });
  },
);
