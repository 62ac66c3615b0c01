/** Static checks in a process: what `checkProposal` finds, and an error, never a pass, when they cannot be made. */
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Proposal } from "../../../evolver/candidate.ts";
import { openCheckProcess } from "../../../evolver/process/checks.ts";
import { question, tiers, unconfined } from "./support.ts";

const [best = { sandbox: await unconfined() }] = tiers;
const { genome, paths, signal } = question({ "harness/more.ts": "export const more = 1;\n" });

test("finds what speaks against a proposal", async () => {
  await using checks = openCheckProcess({ sandbox: best.sandbox });
  const found = async (after: string, path = "harness/more.ts"): Promise<string[]> =>
    (await checks.check(changed(path, after), { genome, paths, signal })).map(({ check }) => check);
  expect(await found("export const more = 2;\n")).toEqual([]);
  expect(await found("export const more = 1; // one\n")).toEqual(["no-op"]);
  expect(await found('export const more: number = "2";\n')).toEqual(["types"]);
  expect(await found('import "node:fs";\n')).toEqual(["imports"]);
  expect(await found("nothing\n", "agent.yaml")).toEqual(["scope"]);
  expect(await found("---\nname: other\n---\n", "skills/report/SKILL.md")).toContainEqual(
    expect.stringMatching(/^skill:/),
  );
});

test.each(["die", "hang", "garbage", "throw", "well"])(
  "a process that answers with %s passes nothing",
  async (how) => {
    const entry = join(import.meta.dirname, "misbehaver.ts");
    await using checks = openCheckProcess({ sandbox: best.sandbox, entry, turnMs: 1000 });
    const asked = { genome: new Map([...genome, ["how", how]]), paths, signal };
    await expect(checks.check(changed("harness/more.ts", "export const more = 2;\n"), asked)).rejects.toThrow(
      "the process for static checks",
    );
  },
);

function changed(path: string, after: string): Proposal {
  const edits = [{ path, before: genome.get(path), after }];
  return { rung: "harness", source: "operator:test", title: "Change", rationale: "r", edits, costUsd: 0 };
}
