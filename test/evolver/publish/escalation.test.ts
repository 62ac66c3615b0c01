import { expect, test } from "vitest";
import { whyThisRung, type Tried } from "../../../evolver/publish/escalation.ts";
import { proposal } from "../../helpers/home.ts";

function tried(rung: "skill" | "prompt" | "harness", name: string): Tried {
  const reasons = [
    { name: "reproducible", claim: "it fails again", holds: "holds", figures: "2 of 2" },
    { name, claim: "so", holds: "fails", figures: "0 of 2" },
  ] as const;
  return { proposal: { ...proposal([]), rung }, reasons, verdict: "reject" };
}

test("says of each lower rung what became of it", () => {
  const nothing = { proposed: 0, tried: [] };
  expect(whyThisRung("skill", () => nothing)).toBe("A skill is the lowest rung, and it was enough");
  const prompts = {
    proposed: 4,
    tried: [tried("prompt", "screening"), tried("prompt", "harms-nothing"), tried("prompt", "screening")],
  };
  expect(whyThisRung("harness", (lower) => (lower === "prompt" ? prompts : nothing))).toBe(
    "Not on a lower rung: skill: nothing was proposed; " +
      "prompt: 3 patches tried, stopped 2 by screening, 1 by harms-nothing",
  );
  expect(whyThisRung("prompt", () => ({ proposed: 9, tried: [] }))).toBe(
    "Not on a lower rung: skill: 9 proposed, of which none came to a verdict",
  );
});
