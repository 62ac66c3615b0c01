/** Tests of operators: each repairs two harnesses that are written differently, and leaves alone what only looks alike. */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import type { Proposal } from "../../../evolver/candidate.ts";
import { protocolTypes } from "../../../evolver/check/protocol-types.ts";
import { checkTypes } from "../../../evolver/check/types.ts";
import type { Trace } from "../../../evolver/failure.ts";
import { TEMPLATES } from "../../../evolver/propose/operators/templates/index.ts";
import { operators } from "../../../evolver/propose/operators/index.ts";
import type { Harness } from "../../../runtime/kernel/protocol.ts";
import { BrokenInvariant, play } from "../../helpers/scripted-kernel.ts";
import type { Script } from "../../helpers/scripted-kernel.ts";
import { clusterOf, finished, say, trace, user } from "../traces.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/operators");

export type Played = Awaited<ReturnType<typeof play>>;

/** Nothing of the harness had a part in this failure, as far as anybody can see. */
const WRONG_ANSWER = trace(
  {
    kind: "model_called",
    step: 1,
    request: { hash: "h", system: "Be brief.", shared: 0, messages: [user("do the chore")] },
    reply: { content: [say("It is 41.")], stop_reason: "end_turn", model: "scripted" },
    ms: 1,
  },
  finished("done", "It is 41."),
);

export interface Repair {
  readonly operator: string;
  /** Folders of the operator, or bases that several share. */
  readonly styles: readonly string[];
  readonly failure: Trace;
  /** A run that only the repaired harness gets right. */
  readonly script: (style: string) => Script;
  readonly right: "throws" | ((played: Played) => boolean);
}

/** A folder `miss` of the operator has a harness that only looks like a flawed one. */
export function describeRepairs(repairs: readonly Repair[]): void {
  const each = repairs.flatMap((repair) => repair.styles.map((style) => ({ ...repair, style })));

  describe.each(each)("$operator on $style", ({ operator, style, failure, script, right }) => {
    test("repairs the harness", async () => {
      const before = await flawed(operator, style);
      expect(await isRight(before, script(style), right)).toBe(false);
      const [best] = await proposalsFor(operator, before, failure);
      const after = best?.edits[0]?.after ?? "";
      await expect(after).toMatchFileSnapshot(join(FIXTURES, operator, style, "after/main.ts"));
      expect(best?.title.length).toBeLessThanOrEqual(72);
      expect(best?.rationale).toMatch(/^[^\n]{20,400}\.$/);
      expect(await isRight(after, script(style), right)).toBe(true);
    });

    test("has nothing to say to a harness that has it, and to a run that needs nothing of it", async () => {
      const before = await flawed(operator, style);
      const [best] = await proposalsFor(operator, before, failure);
      expect(await proposalsFor(operator, best?.edits[0]?.after ?? "", failure)).toEqual([]);
      expect(await proposalsFor(operator, before, WRONG_ANSWER)).toEqual([]);
    });
  });

  const missed = repairs.filter(({ operator }) => existsSync(join(FIXTURES, operator, "miss")));
  test.each(missed)("$operator leaves alone what only looks alike", async ({ operator, failure }) => {
    expect(await proposalsFor(operator, await flawed(operator, "miss"), failure)).toEqual([]);
  });

  test("all harnesses have sound types, before and after", async () => {
    const pairs = await Promise.all(
      each.map(async ({ operator, style, failure }) => {
        const before = await flawed(operator, style);
        const [best] = await proposalsFor(operator, before, failure);
        const name = `${operator}-${style}`;
        return [
          [`${name}-before.ts`, before],
          [`${name}-after.ts`, best?.edits[0]?.after ?? "!"],
        ] as const;
      }),
    );
    const misses = await Promise.all(
      missed.map(async ({ operator }) => [`${operator}-miss.ts`, await flawed(operator, "miss")] as const),
    );
    expect(await checkTypes(new Map([...pairs.flat(), ...misses]), protocolTypes())).toEqual([]);
  });
}

/** The harness, one file: the operator's own, or the base of that name. */
async function flawed(operator: string, style: string): Promise<string> {
  const own = join(FIXTURES, operator, style, "before/main.ts");
  return readFile(existsSync(own) ? own : join(FIXTURES, "bases", style, "main.ts"), "utf8");
}

/** What one operator proposes for a harness of one file, best first. */
async function proposalsFor(operator: string, harness: string, failure: Trace): Promise<readonly Proposal[]> {
  const among = TEMPLATES.filter(({ name }) => name === operator);
  if (among.length !== 1) throw new Error(`there are ${among.length} operators named ${operator}`);
  return operators({ limit: 50, templates: among }).propose({
    cluster: clusterOf(failure),
    passing: [],
    genome: new Map([["harness/main.ts", harness]]),
    paths: { harness: "harness", prompts: "prompts", skills: "skills" },
    rejected: [],
    signal: new AbortController().signal,
  });
}

/** Whether the harness does the right thing in a run: one that throws does not, unless that is what it should do. */
async function isRight(harness: string, script: Script, right: Repair["right"]): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "ratchet-operator-"));
  try {
    const file = join(folder, "main.ts");
    await writeFile(file, harness);
    const module: { run: Harness } = await import(pathToFileURL(file).href);
    const played = await play(module.run, script);
    return right !== "throws" && right(played);
  } catch (error) {
    return right === "throws" && !(error instanceof BrokenInvariant);
  } finally {
    await rm(folder, { recursive: true });
  }
}
