/** Clusters as they are told: how many runs, how many of all, more or fewer than before, and the run that stands for them. */
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { FailureRow, SignatureRow } from "../../runtime/kernel/store/failures.ts";
import { KINDS, type Kind } from "../failure.ts";
import { clusterId, describe } from "./cluster.ts";
import { NOTHING_SEEN } from "./digest.ts";
import { similarity, wordsOf } from "./near-equal.ts";

/** Days of a window of the trend. */
export const WINDOW_DAYS = 7;

export interface FailureCluster {
  readonly id: string;
  readonly kind: Kind;
  /** With `<*>` for words in which members differ. */
  readonly template: string;
  /** What broke, in words. */
  readonly title: string;
  /** Oldest first. */
  readonly runs: readonly FailureRow[];
  /** Of all runs that were looked at, from 0 to 1. */
  readonly share: number;
  /** Runs in the last {@link WINDOW_DAYS} days up to the newest failure of all, and in as many days before. */
  readonly trend: { readonly recent: number; readonly before: number };
  /** Id of the run that is most like the others. */
  readonly medoid: string;
}

export interface Membership {
  readonly clusters: readonly SignatureRow[];
  readonly members: readonly (SignatureRow & { readonly cluster: string })[];
}

/**
 * Biggest first; what has neither symptom nor label last.
 * @param rows failed runs whose signatures are all in clusters
 * @param of runs that were looked at, failed or not
 * @throws RatchetError (infrastructure) when the store holds a failure without a cluster, or of a kind that nobody knows
 */
export function summarise(
  rows: readonly FailureRow[],
  { clusters, members }: Membership,
  of: number,
): FailureCluster[] {
  const signatures = new Map(members.map((member) => [member.id, member]));
  const groups = Map.groupBy(rows, (row) => clusterOf(row, signatures));
  const until = rows.reduce((newest, { startedAt }) => Math.max(newest, Date.parse(startedAt) || 0), 0);
  const summaries = clusters.flatMap(({ id, kind, template }): FailureCluster[] => {
    const runs = groups.get(id);
    if (runs === undefined) return [];
    const signature = { kind: kindOf(kind), template };
    return [
      {
        id,
        ...signature,
        title: id === NOTHING ? NOTHING_SEEN.template : describe(signature),
        runs,
        share: of === 0 ? 0 : runs.length / of,
        trend: trendOf(runs, until),
        medoid: medoidOf(runs, signatures),
      },
    ];
  });
  return summaries.toSorted(
    (a, b) =>
      Number(a.id === NOTHING) - Number(b.id === NOTHING) ||
      b.runs.length - a.runs.length ||
      (a.id < b.id ? -1 : 1),
  );
}

const NOTHING = clusterId(NOTHING_SEEN);
const DAY_MS = 24 * 60 * 60 * 1000;

function clusterOf(
  { run, signature }: FailureRow,
  signatures: ReadonlyMap<string, Membership["members"][number]>,
): string {
  const cluster = signatures.get(signature)?.cluster;
  if (cluster !== undefined) return cluster;
  throw new RatchetError(
    "infrastructure",
    `the failure of run ${run} is in no cluster: the store has changed meanwhile, or is damaged`,
    "Try again when nothing else writes to it.",
  );
}

/** A store of a newer analysis may name kinds that this one does not know. */
function kindOf(kind: string): Kind {
  const known = KINDS.find((each) => each === kind);
  if (known !== undefined) return known;
  throw new RatchetError(
    "infrastructure",
    `the store holds failures of the kind "${kind}", which this Ratchet does not know`,
    "Update Ratchet.",
  );
}

function trendOf(runs: readonly FailureRow[], until: number): FailureCluster["trend"] {
  let recent = 0;
  let before = 0;
  for (const { startedAt } of runs) {
    const age = (until - Date.parse(startedAt)) / (WINDOW_DAYS * DAY_MS);
    if (age < 1) recent++;
    else if (age < 2) before++;
  }
  return { recent, before };
}

/** Signatures of one cluster that are held against one another; the rest is rare. */
const MOST_SIGNATURES = 50;

/**
 * The signature with the least distance to those of all other runs (words in which they differ), and of its runs the one with
 * the median number of steps: on a line the median has the least distance to all others.
 */
function medoidOf(runs: readonly FailureRow[], signatures: ReadonlyMap<string, SignatureRow>): string {
  const groups = [...Map.groupBy(runs, ({ signature }) => signature)]
    .map(([id, members]) => ({ id, members, words: wordsOf(signatures.get(id)?.template ?? "") }))
    .toSorted((a, b) => b.members.length - a.members.length || (a.id < b.id ? -1 : 1))
    .slice(0, MOST_SIGNATURES);
  const distance = ({ id, words }: (typeof groups)[number]): number =>
    groups.reduce(
      (sum, other) =>
        sum + (other.id === id ? 0 : (1 - similarity(words, other.words)) * other.members.length),
      0,
    );
  const [best] = groups
    .map((group) => ({ group, distance: distance(group) }))
    .toSorted((a, b) => a.distance - b.distance);
  const ordered = (best?.group.members ?? []).toSorted(
    (a, b) => a.steps - b.steps || (a.run < b.run ? -1 : 1),
  );
  const medoid = ordered[Math.floor((ordered.length - 1) / 2)];
  if (medoid === undefined) throw new Error("summarise: a cluster cannot be empty");
  return medoid.run;
}
