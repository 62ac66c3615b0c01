/** What was found out about failed runs: one digest a run, signatures they share, and the clusters that signatures form. */
import type { DatabaseSync } from "node:sqlite";
import { attempt } from "./attempt.ts";
import { inTransaction } from "./in-transaction.ts";

/** What broke, abstracted. The id is a hash of kind and template. */
export interface SignatureRow {
  readonly id: string;
  readonly kind: string;
  readonly template: string;
}

export interface Digest {
  readonly run: string;
  /** Which analysis made it: one of another is made again. */
  readonly analysis: string;
  readonly signature: SignatureRow;
  /** JSON. */
  readonly digest: unknown;
}

/** A failed run with what a list says of it. */
export interface FailureRow {
  readonly run: string;
  /** Its id in the source, for an imported one. */
  readonly source: string | undefined;
  readonly format: string | undefined;
  readonly task: string | undefined;
  readonly workspace: string;
  readonly startedAt: string;
  /** False: nobody said whether it succeeded. */
  readonly labelled: boolean;
  /** Model calls. */
  readonly steps: number;
  readonly signature: string;
}

export interface FailureStore {
  /** All of them or none. What was there about a run is replaced. */
  put(digests: readonly Digest[]): Promise<void>;
  /** The digest of a run, as JSON text; undefined when there is none. */
  digest(run: string): Promise<string | undefined>;
  /** Whether `analysis` has looked at the run. */
  isDigested(run: string, analysis: string): Promise<boolean>;
  /** Ids of imported runs that did not pass, and that `analysis` has not looked at. At most `limit`, in order, above `after`. */
  undigestedImports(analysis: string, limit: number, after: string): Promise<string[]>;
  /** Ids of imported runs of a format that passed. The first `limit`, always in the same order. */
  passedImports(format: string, limit: number): Promise<string[]>;
  /** Digested imported runs that did not pass, oldest first. */
  imports(format?: string): Promise<FailureRow[]>;
  /** Digested runs among these. */
  among(runs: readonly string[]): Promise<FailureRow[]>;
  /** Imported runs by what their source says of them. */
  countImports(format?: string): Promise<{ passed: number; failed: number; unlabelled: number }>;
  /** Signatures that no cluster has yet, with the number of their runs. */
  unclustered(): Promise<(SignatureRow & { count: number })[]>;
  /** Every signature that is in a cluster, with its cluster. */
  members(): Promise<(SignatureRow & { cluster: string })[]>;
  clusters(): Promise<SignatureRow[]>;
  /** Writes clusters, new or generalised, and puts signatures into them. All or nothing. */
  assign(clusters: readonly SignatureRow[], members: ReadonlyMap<string, string>): Promise<void>;
}

const COLUMNS = `
  r.id, r.source_id, r.source_format, r.task, r.workspace, r.started_at, r.outcome_kind, r.steps, f.signature
  FROM failures f JOIN runs r ON r.id = f.run`;

/** @param file named in errors */
export function failureStore(database: DatabaseSync, file: string): FailureStore {
  const put = database.prepare(`
    INSERT INTO failures (run, analysis, signature, digest) VALUES (?, ?, ?, ?)
    ON CONFLICT (run) DO UPDATE SET analysis = excluded.analysis, signature = excluded.signature, digest = excluded.digest`);
  const putSignature = database.prepare(
    "INSERT INTO signatures (id, kind, template) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
  );
  const putCluster = database.prepare(`
    INSERT INTO failure_clusters (id, kind, template) VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET template = excluded.template`);
  const join = database.prepare("UPDATE signatures SET cluster = ? WHERE id = ?");
  const digest = database.prepare("SELECT digest FROM failures WHERE run = ?");
  const digested = database.prepare("SELECT 1 FROM failures WHERE run = ? AND analysis = ?");
  // The plus keeps the index by purpose out of it: by that, each batch would go through all imports and sort them.
  const undigested = database.prepare(`
    SELECT r.id FROM runs r LEFT JOIN failures f ON f.run = r.id AND f.analysis = ?
    WHERE +r.purpose = 'imported' AND coalesce(r.outcome_pass, 0) = 0 AND f.run IS NULL AND r.id > ?
    ORDER BY r.id LIMIT ?`);
  const passed = database.prepare(`
    SELECT id FROM runs WHERE purpose = 'imported' AND outcome_pass = 1 AND source_format = ?
    ORDER BY started_at, id LIMIT ?`);
  const imports = database.prepare(`
    SELECT ${COLUMNS} WHERE r.purpose = 'imported' AND coalesce(r.outcome_pass, 0) = 0
      AND (? IS NULL OR r.source_format = ?) ORDER BY r.started_at, r.id`);
  const one = database.prepare(`SELECT ${COLUMNS} WHERE f.run = ?`);
  const counts = database.prepare(`
    SELECT outcome_pass, count(*) AS n FROM runs
    WHERE purpose = 'imported' AND (? IS NULL OR source_format = ?) GROUP BY outcome_pass`);
  const unclustered = database.prepare(`
    SELECT s.id, s.kind, s.template, count(f.run) AS n FROM signatures s JOIN failures f ON f.signature = s.id
    WHERE s.cluster IS NULL GROUP BY s.id`);
  const members = database.prepare(
    "SELECT id, kind, template, cluster FROM signatures WHERE cluster IS NOT NULL",
  );
  const clusters = database.prepare("SELECT id, kind, template FROM failure_clusters ORDER BY id");
  const read = <T>(task: () => T): T => attempt(`${file}: failures cannot be read`, task);
  const write = (task: () => void): void =>
    attempt(`${file}: failures could not be stored`, () => inTransaction(database, task));
  return {
    async put(digests) {
      if (digests.length === 0) return;
      write(() => {
        for (const { run, analysis, signature, digest: value } of digests) {
          putSignature.run(signature.id, signature.kind, signature.template);
          put.run(run, analysis, signature.id, JSON.stringify(value));
        }
      });
    },
    async digest(run) {
      return read(() => textOf(digest.get(run)?.["digest"]));
    },
    async isDigested(run, analysis) {
      return read(() => digested.get(run, analysis) !== undefined);
    },
    async undigestedImports(analysis, limit, after) {
      return read(() => undigested.all(analysis, after, limit).map((row) => String(row["id"])));
    },
    async passedImports(format, limit) {
      return read(() => passed.all(format, limit).map((row) => String(row["id"])));
    },
    async imports(format) {
      return read(() => imports.all(format ?? null, format ?? null).map(toFailureRow));
    },
    async among(runs) {
      return read(() =>
        runs.flatMap((run) => {
          const row = one.get(run);
          return row === undefined ? [] : [toFailureRow(row)];
        }),
      );
    },
    async countImports(format) {
      const found = { passed: 0, failed: 0, unlabelled: 0 };
      for (const row of read(() => counts.all(format ?? null, format ?? null))) {
        const pass = row["outcome_pass"];
        found[pass === null ? "unlabelled" : pass === 1 ? "passed" : "failed"] += Number(row["n"]);
      }
      return found;
    },
    async unclustered() {
      return read(() => unclustered.all().map((row) => ({ ...toSignature(row), count: Number(row["n"]) })));
    },
    async members() {
      return read(() =>
        members.all().map((row) => ({ ...toSignature(row), cluster: String(row["cluster"]) })),
      );
    },
    async clusters() {
      return read(() => clusters.all().map(toSignature));
    },
    async assign(changed, joined) {
      write(() => {
        for (const { id, kind, template } of changed) putCluster.run(id, kind, template);
        for (const [signature, cluster] of joined) join.run(cluster, signature);
      });
    },
  };
}

function toFailureRow(row: Record<string, unknown>): FailureRow {
  return {
    run: String(row["id"]),
    source: textOf(row["source_id"]),
    format: textOf(row["source_format"]),
    task: textOf(row["task"]),
    workspace: String(row["workspace"]),
    startedAt: String(row["started_at"]),
    labelled: row["outcome_kind"] !== "unknown",
    steps: Number(row["steps"]),
    signature: String(row["signature"]),
  };
}

function toSignature(row: Record<string, unknown>): SignatureRow {
  return { id: String(row["id"]), kind: String(row["kind"]), template: String(row["template"]) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
