/** The rows of the repair figure, from outcomes as a cycle gives them. */
import { expect, test } from "vitest";
import { totals } from "../../bench/figures/repair.ts";
import { chosenFaults } from "../../bench/support/repair/chosen.ts";
import { loadFaults } from "../../bench/support/repair/faults.ts";
import type { Repair } from "../../bench/support/repair/repair.ts";

function outcome(more: Partial<Repair>): Repair {
  const [fault] = loadFaults();
  if (fault === undefined) throw new Error("bench/faults holds no fault");
  const none = {
    by: [],
    accounts: [],
    harmed: [],
    left: [],
    unsteady: [],
    localised: undefined,
    why: "no candidate",
  };
  return { fault, kind: "not", broken: 0, seconds: 1, ...none, ...more };
}

test("a fault that no trial showed was not localised", () => {
  const rows = totals([outcome({ localised: { rank: 2, failing: 3 } }), outcome({})]);
  expect(rows.find(({ what }) => what === "planted line in the top 5")).toMatchObject({
    value: 50,
    note: "1 of 2",
  });
});

test("a fault that does not exist is refused with what to do", () => {
  expect(() => chosenFaults({ faults: ["no-such-fault"], families: [] })).toThrow(
    expect.objectContaining({ kind: "usage", hint: expect.stringContaining("--fault") as string }),
  );
});
