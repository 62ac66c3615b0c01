/** The watch after a promotion: live outcomes since then against those before; when they are worse, the release goes back. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import type { RunFilter, RunRow, Store } from "../../runtime/kernel/store/store.ts";
import { earlierReleases, sameGenome } from "./earlier.ts";
import { doneReceipts, settleReceipts, type Receipt } from "./receipts.ts";
import { currentRelease } from "./release.ts";
import { rollback } from "./rollback.ts";
import { keepTasks, type Kept } from "../bank/keep-tasks.ts";
import { degraded, worseTasks, type WatchedRun } from "./watch.ts";
import { count } from "../../runtime/kernel/count.ts";

/**
 * How often chance alone may take a good release back, over all looks together. The k-th look at a promotion spends
 * ALPHA / (k (k + 1)) of it, and these add up to ALPHA (a union bound: the looks may depend on each other).
 */
const ALPHA = 0.01;
const LOOKS = "watch";
/** Live runs that are looked at on either side. */
const WINDOW = 500;

/**
 * Looks at the last promotion and undoes it when quality fell with evidence. What it compares with, and returns to, is the
 * newest release before it that has labelled live runs; promotions in between, which nobody ran, go with it. Tasks of suites
 * that did worse become cases of the regression bank.
 *
 * Over all looks at one promotion, a release that is no worse is taken back with a chance of at most {@link ALPHA}, under the
 * conditions of {@link degraded}.
 * @returns what was done, for people; undefined when there was nothing to do
 * @throws PromotionRefused (`release-moved`) when somebody else moved the release meanwhile; RatchetError when git or the
 * store fail. The release is as it was then.
 */
export async function watchRelease(home: Home, store: Store): Promise<string | undefined> {
  await settleReceipts(home.dir, store);
  const receipts = await doneReceipts(store);
  const { commit } = await currentRelease(home.dir);
  const promotion = receipts.findLast((receipt) => receipt.to === commit);
  if (promotion?.kind !== "promote") return undefined;
  // Not what was known when it was promoted: who forces a release again has seen its runs.
  const after = await labelledRuns(store, { release: promotion.to, since: promotion.at });
  if (after.length === 0) return undefined;
  const baseline = await findBaseline(home, store, receipts, promotion);
  if (baseline === undefined) return undefined;
  const look = await countLook(store, promotion, [...baseline.runs, ...after]);
  const verdict = degraded(baseline.runs.map(watched), after.map(watched), ALPHA / (look * (look + 1)));
  if (!verdict.degraded) return undefined;
  const kept = await keepTasks(home, suiteTasksThatFell(baseline.runs, after));
  const receipt = await rollback({
    repo: home.dir,
    store,
    what: { to: baseline.release },
    paths: home.config.genome,
    reason: `the watch saw quality fall: ${verdict.reason}`,
    cases: kept.cases,
  });
  return `${notice(promotion, baseline, verdict.reason, receipt)}${casesAdded(kept)}`;
}

/** An instruction outside a suite has no verifier, so that nobody could ask for it again. */
function suiteTasksThatFell(before: readonly RunRow[], after: readonly RunRow[]): string[] {
  const ofSuites = new Set(after.flatMap(({ task }) => task ?? []));
  return worseTasks(before.map(watched), after.map(watched))
    .filter((task) => ofSuites.has(task))
    .toSorted();
}

interface Baseline {
  readonly release: string;
  readonly runs: readonly RunRow[];
  /** Releases between it and the promotion. */
  readonly between: number;
}

async function findBaseline(
  home: Home,
  store: Store,
  receipts: readonly Receipt[],
  promotion: Receipt,
): Promise<Baseline | undefined> {
  let between = 0;
  for await (const release of earlierReleases(home, receipts, promotion)) {
    const runs = await labelledRuns(store, { release });
    // Where the genome is the same, it is not what made the difference, and there is nothing to return to.
    if (runs.length > 0)
      return (await sameGenome(home.dir, home.config.genome, release, promotion.to))
        ? undefined
        : { release, runs, between };
    between++;
  }
  return undefined;
}

/** Newest first. */
async function labelledRuns(store: Store, filter: RunFilter): Promise<RunRow[]> {
  const runs = await store.listRuns({ ...filter, purpose: "live", limit: WINDOW });
  return runs.filter((run) => run.outcome.kind !== "unknown");
}

/** An instruction outside a suite is a task, too: given again in the same folder, it is the same one. */
function watched({ task, workspace, instruction, outcome }: RunRow): WatchedRun {
  return {
    task: task ?? JSON.stringify([workspace, instruction]),
    pass: outcome.kind !== "unknown" && outcome.pass,
  };
}

// ---------------------------------------------------------------- looks

const Looks = z.object({
  looks: z.int().positive(),
  /** Fingerprint of the labelled runs that the last look saw. */
  labelled: z.string(),
});

/** Which look this is. The same runs with the same labels give the same answer, so they are the same look. */
async function countLook(store: Store, { key }: Receipt, runs: readonly RunRow[]): Promise<number> {
  const labels = runs.map(({ id, outcome }) => [id, outcome.kind !== "unknown" && outcome.pass]);
  const labelled = createHash("sha256").update(JSON.stringify(labels)).digest("hex");
  const last = Looks.optional().safeParse(await store.get(LOOKS, key));
  if (!last.success) {
    const why = z.prettifyError(last.error);
    throw new RatchetError("infrastructure", `the looks of the watch at ${key} cannot be read: ${why}`);
  }
  if (last.data?.labelled === labelled) return last.data.looks;
  const looks = (last.data?.looks ?? 0) + 1;
  await store.put(LOOKS, key, { looks, labelled } satisfies z.infer<typeof Looks>);
  return looks;
}

// ---------------------------------------------------------------- what people are told

function notice(promotion: Receipt, { release, between }: Baseline, why: string, receipt: Receipt): string {
  const others =
    between === 0 ? "" : `, and with it ${count(between, "release")} before it without a labelled run`;
  return (
    `Rolled back ${promotion.to.slice(0, 12)} by itself${others}: ${why}. ` +
    `The release is ${receipt.to.slice(0, 12)} now, returned to ${release.slice(0, 12)}.`
  );
}

function casesAdded({ cases, lost }: Kept): string {
  const added =
    cases.length === 0 ? "" : ` New cases of the bank: ${cases.map(({ task }) => task).join(", ")}.`;
  const missed = lost.map(({ task, why }) => `${task} (${why})`).join("; ");
  return lost.length === 0 ? added : `${added} Worse as well, but not kept as a case: ${missed}.`;
}
