/** The run that stands for a cluster, and what is suspected in it. */
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { RunRow, Store } from "../../runtime/kernel/store/store.ts";
import type { StoredEvent } from "../../runtime/kernel/trajectory/events.ts";
import { DigestBody, type ToldHypothesis } from "./digest.ts";
import { stagesOf, type Stages } from "./stages.ts";
import type { FailureCluster } from "./summarise.ts";

export interface ShownCluster {
  readonly cluster: FailureCluster;
  readonly medoid: RunRow;
  readonly events: readonly StoredEvent[];
  /** Best first. */
  readonly hypotheses: readonly ToldHypothesis[];
  /** Index of the event that the best hypothesis points at. */
  readonly pivot: number;
  /** Undefined when the run edited no file. */
  readonly stages: Stages | undefined;
}

/** @throws RatchetError (infrastructure) when the store cannot be read, or what it holds is damaged */
export async function showCluster(store: Store, cluster: FailureCluster): Promise<ShownCluster> {
  const medoid = await store.getRun(cluster.medoid);
  const events = await store.events(medoid.id);
  const hypotheses = await hypothesesOf(store, medoid.id);
  return {
    cluster,
    medoid,
    events,
    hypotheses,
    pivot: hypotheses[0]?.event ?? Math.max(0, events.length - 1),
    stages: stagesOf(events.map(({ event }) => event)),
  };
}

/** Of a digested run, best first. @throws RatchetError (infrastructure) when its digest is missing or damaged */
export async function hypothesesOf(store: Store, run: string): Promise<ToldHypothesis[]> {
  const parsed = DigestBody.safeParse(parse(await store.failures.digest(run)));
  if (!parsed.success)
    throw new RatchetError(
      "infrastructure",
      `what was found out about run ${run} is missing or damaged in the store`,
      "If another process imports the same runs just now, try again when it is done; else restore .agent/store.db from a backup.",
    );
  return parsed.data.hypotheses;
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
