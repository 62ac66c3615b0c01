/** All failures that a home knows of, in clusters: runs of its own and imported ones. */
import { currentRelease } from "../../replay/release/release.ts";
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import type { FailureRow } from "../../runtime/kernel/store/failures.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";
import { digestImports } from "./digest-imports.ts";
import { formClusters } from "./form-clusters.ts";
import { ownFailures } from "./own-failures.ts";
import { summarise, type FailureCluster } from "./summarise.ts";

export interface Choice {
  /** Runs of our own, imported ones, or those of one format; all of them when left out. */
  readonly source?: string | undefined;
  /** Runs of our own on every release, not on the current one alone. */
  readonly allReleases?: boolean | undefined;
}

export interface Failures {
  readonly clusters: readonly FailureCluster[];
  /** Runs that were looked at, failed or not. */
  readonly of: number;
  /** Of those, imported ones without a label. They are taken for failures. */
  readonly unlabelled: number;
}

/**
 * Looks at runs that nobody looked at yet, puts what is new into clusters, and lists them. Imported runs without a label are
 * taken for failures: an import is a pile of failures unless it says otherwise.
 * @throws RatchetError when the store or git fails
 */
export async function listFailures(home: Home, store: Store, choice: Choice = {}): Promise<Failures> {
  const { source } = choice;
  const own = source === undefined || source === "own" ? await ownOnes(home, store, choice) : NONE;
  const imported =
    source === "own" ? NONE : await importedOnes(store, source === "imported" ? undefined : source);
  await formClusters(store.failures);
  const [clusters, members] = [await store.failures.clusters(), await store.failures.members()];
  const of = own.of + imported.of;
  const rows = [...own.rows, ...imported.rows];
  return { clusters: summarise(rows, { clusters, members }, of), of, unlabelled: imported.unlabelled };
}

/**
 * The cluster with that id, or the beginning of one, or the one that holds the signature with that id, which a cycle names.
 * @throws RatchetError (usage) when there is none, or several
 */
export async function findCluster(store: Store, { clusters }: Failures, id: string): Promise<FailureCluster> {
  const matching = id === "" ? [] : clusters.filter((cluster) => cluster.id.startsWith(id));
  const [only, second] = matching;
  if (only !== undefined && second === undefined) return only;
  const member = (await store.failures.members()).find((each) => each.id === id);
  const holding = clusters.find((cluster) => cluster.id === member?.cluster);
  if (holding !== undefined) return holding;
  const several = matching.length > 1;
  throw new RatchetError(
    "usage",
    several
      ? `several clusters begin with "${id}": ${matching
          .slice(0, 10)
          .map((each) => each.id)
          .join(", ")}`
      : `there is no cluster "${id}"`,
    "`agent failures` lists them.",
  );
}

interface Part {
  readonly rows: readonly FailureRow[];
  readonly of: number;
  readonly unlabelled: number;
}

const NONE: Part = { rows: [], of: 0, unlabelled: 0 };

async function ownOnes(home: Home, store: Store, { allReleases }: Choice): Promise<Part> {
  const release = allReleases === true ? undefined : (await currentRelease(home.dir)).commit;
  const { rows, labelled } = await ownFailures(store, release);
  return { rows, of: labelled, unlabelled: 0 };
}

async function importedOnes(store: Store, format: string | undefined): Promise<Part> {
  await digestImports(store);
  const { passed, failed, unlabelled } = await store.failures.countImports(format);
  return { rows: await store.failures.imports(format), of: passed + failed + unlabelled, unlabelled };
}
