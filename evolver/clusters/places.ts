/** Where in the harness the failures of a cluster point, for runs of our own: nobody has the code of other agents. */
import { RatchetError } from "../../runtime/kernel/error.ts";
import { readGenome } from "../../runtime/kernel/genome.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import type { RunRow, Store } from "../../runtime/kernel/store/store.ts";
import { asTraced, localise, type RankedLine } from "../analyse/localise/localise.ts";
import type { Trace } from "../failure.ts";
import type { FailureCluster } from "./summarise.ts";
import { traceOf } from "./trace-of.ts";

/** Failing runs of a cluster, and passing runs of their release, that are looked at. */
const MOST_FAILING = 10;
const MOST_PASSING = 20;

/** Best first; empty when nothing of the cluster is ours, or no run left its coverage. */
export type Places = (cluster: FailureCluster) => Promise<readonly RankedLine[]>;

/**
 * Looks at the newest failures of the cluster on one release, held against passing runs of that release, which are read once.
 * @throws RatchetError (infrastructure) when the store cannot be read
 */
export function placesIn(home: Home, store: Store): Places {
  const releases = new Map<string, Promise<Release | undefined>>();
  return async ({ runs }) => {
    const own = runs.filter(({ format }) => format === undefined).slice(-MOST_FAILING);
    const rows = await Promise.all(own.map(({ run }) => store.getRun(run)));
    const commit = rows.at(-1)?.release;
    if (commit === undefined) return [];
    const known = releases.get(commit) ?? readRelease(home, store, commit);
    releases.set(commit, known);
    const release = await known;
    if (release === undefined) return [];
    const failing = await tracesOf(
      store,
      rows.filter((row) => row.release === commit),
    );
    return localise(failing, release.passing, release.genome);
  };
}

interface Release {
  readonly passing: readonly Trace[];
  readonly genome: ReadonlyMap<string, string>;
}

/** Undefined when the commit is there no more. */
async function readRelease(home: Home, store: Store, commit: string): Promise<Release | undefined> {
  try {
    const genome = await readGenome(home.dir, commit, home.config.genome);
    const runs = await store.listRuns({ purpose: "live", release: commit, limit: 500 });
    const passing = runs.filter(({ outcome }) => outcome.kind !== "unknown" && outcome.pass);
    return {
      passing: await tracesOf(store, passing.slice(0, MOST_PASSING)),
      genome: asTraced(genome, home.config.genome.harness),
    };
  } catch (error) {
    if (error instanceof RatchetError && error.kind === "config") return undefined;
    throw error;
  }
}

async function tracesOf(store: Store, runs: readonly RunRow[]): Promise<Trace[]> {
  return Promise.all(runs.map((run) => traceOf(store, run)));
}
