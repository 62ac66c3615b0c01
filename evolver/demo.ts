/**
 * The whole loop on a throwaway home: a naive harness fails, its failures become patches, the gate judges them, what passes
 * is promoted, held-out tasks show whether it helped, and a bad patch is noticed and taken back.
 *
 * Every figure comes from the runs made here. Nothing looks up what is wrong with the naive harness.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runSuite } from "../replay/live.ts";
import { openSuite } from "../replay/suites/suite.ts";
import { currentRelease } from "../replay/release/release.ts";
import { sameGenome } from "../replay/release/earlier.ts";
import { watchRelease } from "../replay/release/watch-release.ts";
import type { TrialResult } from "../replay/trial.ts";
import type { Sandbox } from "../guardrails/sandbox/sandbox.ts";
import { RatchetError } from "../runtime/kernel/error.ts";
import { readGenome } from "../runtime/kernel/genome.ts";
import { git } from "../runtime/kernel/git.ts";
import { openHome, type Home } from "../runtime/kernel/home/home.ts";
import { initHome } from "../runtime/kernel/home/init.ts";
import type { Runtime } from "../runtime/kernel/run/run-task.ts";
import { openRuntime, type SandboxChoice } from "../runtime/kernel/run/runtime.ts";
import type { Proposal } from "./candidate.ts";
import { commitCandidate } from "./commit.ts";
import type { CycleEvent, Score } from "./cycle/cycle.ts";
import { evolve, type Evolved } from "./evolve.ts";
import { promotePatch } from "./promote.ts";

export type DemoEvent =
  | { readonly kind: "home"; readonly dir: string; readonly model: string; readonly sandbox: Sandbox }
  | {
      readonly kind: "suite";
      readonly phase: DemoPhase;
      readonly done: number;
      readonly total: number;
      readonly passed: number;
    }
  | { readonly kind: "cycle"; readonly event: CycleEvent }
  | { readonly kind: "evolved"; readonly evolved: Evolved }
  | { readonly kind: "bad-patch"; readonly title: string; readonly commit: string }
  | { readonly kind: "rolled-back"; readonly notice: string };

export type DemoPhase =
  | "before"
  | "held-out before"
  | "held-out second try"
  | "after"
  | "held-out after"
  | "after the bad patch";

export interface DemoResult {
  readonly dir: string;
  readonly before: Score;
  readonly after: Score;
  readonly heldOut: {
    readonly before: number;
    readonly after: number;
    readonly bestOf2: number;
    readonly total: number;
  };
  readonly evolved: Evolved;
  readonly rolledBack: boolean;
  readonly seconds: number;
  readonly model: string;
  readonly sandbox: string;
}

export interface DemoOptions {
  /** Must not exist or be empty. */
  readonly dir: string;
  readonly sandbox: SandboxChoice;
  readonly signal: AbortSignal;
  readonly watch: (event: DemoEvent) => void;
}

/** @throws RatchetError when there is no sandbox, git fails, or the folder is not empty */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const began = performance.now();
  const home = await demoHome(options.dir);
  const runtime = await openRuntime(home, {}, options.sandbox);
  try {
    options.watch({
      kind: "home",
      dir: home.dir,
      model: runtime.model.description,
      sandbox: runtime.sandbox,
    });
    const first = (await currentRelease(home.dir)).commit;
    const before = await suite(runtime, options, "before", "chores");
    const heldOut = await suite(runtime, options, "held-out before", "chores-heldout", first);
    const secondTry = await suite(runtime, options, "held-out second try", "chores-heldout", first);
    const evolved = await evolve(runtime, {
      signal: options.signal,
      watch: (event) => options.watch({ kind: "cycle", event }),
    });
    options.watch({ kind: "evolved", evolved });
    const after = await suite(runtime, options, "after", "chores");
    const heldOutAfter = await suite(runtime, options, "held-out after", "chores-heldout");
    const rolledBack = await sabotage(runtime, options);
    return {
      dir: home.dir,
      before: score(before),
      after: score(after),
      heldOut: {
        before: score(heldOut).passed,
        after: score(heldOutAfter).passed,
        bestOf2: eitherPassed(heldOut, secondTry),
        total: heldOut.length,
      },
      evolved,
      rolledBack,
      seconds: (performance.now() - began) / 1000,
      model: "procedure",
      sandbox: runtime.sandbox.tier,
    };
  } finally {
    await runtime.store.close();
  }
}

/** A home with the naive genome whose accepted patches are promoted at once. */
async function demoHome(dir: string): Promise<Home> {
  const home = await initHome(dir, "naive");
  const file = join(home, "agent.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace("promotion: review", "promotion: auto"));
  await git(home).run(["commit", "--quiet", "--all", "-m", "Promote what the gate accepts"]);
  return openHome(home);
}

async function suite(
  runtime: Runtime,
  options: DemoOptions,
  phase: DemoPhase,
  name: string,
  release?: string,
): Promise<TrialResult[]> {
  const total = (await openSuite(runtime.home, name)).length;
  let done = 0;
  let passed = 0;
  return runSuite(runtime, {
    suite: name,
    signal: options.signal,
    ...(release === undefined ? {} : { release }),
    onResult: (result) => {
      done++;
      if (result.pass) passed++;
      options.watch({ kind: "suite", phase, done, total, passed });
    },
  });
}

/** Promotes a patch that the gate never saw, runs on, and lets the watch find out. True when the release went back. */
async function sabotage(runtime: Runtime, options: DemoOptions): Promise<boolean> {
  const { home, store } = runtime;
  const good = (await currentRelease(home.dir)).commit;
  const proposal = await badPatch(home, good);
  const commit = await commitCandidate({
    repo: home.dir,
    parent: good,
    proposal,
    message: `${proposal.title}\n\n${proposal.rationale}\n`,
    paths: home.config.genome,
  });
  options.watch({ kind: "bad-patch", title: proposal.title, commit });
  await promotePatch(home, store, commit, { probe: undefined, force: true });
  await suite(runtime, options, "after the bad patch", "chores");
  const notice = await watchRelease(home, store);
  if (notice === undefined) return false;
  options.watch({ kind: "rolled-back", notice });
  const now = (await currentRelease(home.dir)).commit;
  return sameGenome(home.dir, home.config.genome, now, good);
}

/** What somebody in a hurry might do: save money by letting the agent take one step only. */
async function badPatch(home: Home, release: string): Promise<Proposal> {
  const files = await readGenome(home.dir, release, home.config.genome);
  for (const [path, before] of files) {
    const after = before.replace(/(const MAX_STEPS = )[\d_]+/, "$11");
    if (after === before) continue;
    return {
      rung: "harness",
      source: "person",
      title: "Save money: one step a run",
      rationale: "Fewer model calls cost less.",
      edits: [{ path, before, after }],
      costUsd: 0,
    };
  }
  throw new RatchetError(
    "infrastructure",
    "the demo's harness has no step limit to spoil",
    "Please report this.",
  );
}

function score(results: readonly TrialResult[]): Score {
  return { passed: results.filter((result) => result.pass).length, total: results.length };
}

function eitherPassed(first: readonly TrialResult[], second: readonly TrialResult[]): number {
  const passed = new Set([...first, ...second].filter((result) => result.pass).map((result) => result.task));
  return passed.size;
}
