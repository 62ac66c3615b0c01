/** Harnesses with a flaw, one folder each, and what becomes of them. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Proposal } from "../../../evolver/candidate.ts";
import type { Trace } from "../../../evolver/failure.ts";
import { TEMPLATES } from "../../../evolver/propose/operators/catalogue/index.ts";
import { operators } from "../../../evolver/propose/operators/index.ts";
import type { Harness } from "../../../runtime/kernel/protocol.ts";
import { play } from "../../helpers/scripted-kernel.ts";
import type { Script } from "../../helpers/scripted-kernel.ts";
import { clusterOf } from "../traces.ts";

export const FIXTURES = join(import.meta.dirname, "../../fixtures/operators");
export type Played = Awaited<ReturnType<typeof play>>;

/** The flawed harness, one file: the operator's own, or the base of that name. */
export async function flawed(operator: string, style: string): Promise<string> {
  const own = join(FIXTURES, operator, style, "before/main.ts");
  return readFile(existsSync(own) ? own : join(FIXTURES, "bases", style, "main.ts"), "utf8");
}

/** What one operator proposes for a harness of one file, best first. */
export async function proposalsFor(
  operator: string,
  harness: string,
  failure: Trace,
): Promise<readonly Proposal[]> {
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

/** Whether the harness does the right thing in a run; one that throws does not. */
export async function isRight(
  harness: string,
  script: Script,
  right: (played: Played) => boolean,
): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "ratchet-operator-"));
  try {
    const file = join(folder, "main.ts");
    await writeFile(file, harness);
    const module: { run: Harness } = await import(pathToFileURL(file).href);
    return right(await play(module.run, script));
  } catch {
    return false;
  } finally {
    await rm(folder, { recursive: true });
  }
}
