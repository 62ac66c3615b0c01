/** Candidates as the store holds them, sealed at their verdict. */
import { hash } from "node:crypto";
import { z } from "zod";
import { KeptCase } from "../../replay/bank/kept-case.ts";
import type { Documents } from "../../replay/release/receipts.ts";
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { Candidate } from "../candidate.ts";

export const CANDIDATES = "candidates";

/** Records a candidate with its verdict, and seals the record: see {@link sealIsIntact}. */
export async function saveCandidate(store: Documents, candidate: Candidate): Promise<void> {
  const record = JSON.parse(JSON.stringify(candidate)) as Record<string, unknown>;
  await store.put(CANDIDATES, candidate.id, { ...record, seal: sealOf(record) });
}

/**
 * Whether the record is still what was saved at the verdict: commit (and with it tree and parent), verdict, reasons, figures,
 * cases, everything. It notices a record that was edited by hand or damaged; whoever forges the seal too can write the
 * store, and with it could promote anything.
 */
export async function sealIsIntact(store: Documents, id: string): Promise<boolean> {
  const stored = Sealed.safeParse(await store.get(CANDIDATES, id));
  if (!stored.success) return false;
  const { seal, ...record } = stored.data;
  return seal === sealOf(record);
}

/** All candidates by their ids. @throws RatchetError (infrastructure) when one cannot be read */
export async function savedCandidates(store: Documents): Promise<Candidate[]> {
  return (await store.list(CANDIDATES)).map(({ key, value }) => parseCandidate(key, value));
}

const Sealed = z.looseObject({ seal: z.string() });

/** Over the record in one order of its fields, so that storing it in another changes nothing. */
function sealOf(record: Readonly<Record<string, unknown>>): string {
  return hash("sha256", JSON.stringify(sorted(record)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}

function parseCandidate(key: string, value: unknown): Candidate {
  const read = StoredCandidate.safeParse(value);
  if (!read.success) {
    throw new RatchetError(
      "infrastructure",
      `candidate ${key} cannot be read: ${z.prettifyError(read.error)}`,
    );
  }
  const { proposal, branch, ...rest } = read.data;
  const edits = proposal.edits.map(({ path, before, after }) => ({ path, before, after }));
  return { ...rest, branch, proposal: { ...proposal, edits } };
}

const StoredCandidate = z.object({
  id: z.string(),
  commit: z.string(),
  parent: z.string(),
  cluster: z.string(),
  proposal: z.object({
    rung: z.enum(["skill", "prompt", "harness"]),
    source: z.string(),
    title: z.string(),
    rationale: z.string(),
    // JSON leaves `before` out when the file is new.
    edits: z.array(z.object({ path: z.string(), before: z.string().optional(), after: z.string() })),
    costUsd: z.number(),
  }),
  verdict: z.enum(["accept", "reject", "inconclusive"]),
  reasons: z.array(
    z.object({
      name: z.string(),
      claim: z.string(),
      holds: z.enum(["holds", "fails", "unknown"]),
      figures: z.string(),
    }),
  ),
  fixes: z.array(z.string()),
  regressions: z.array(z.string()),
  trials: z.number(),
  evalue: z.number().exactOptional(),
  control: z.object({ candidate: z.number(), baseline: z.number(), bestOfTwo: z.number() }).exactOptional(),
  cases: z.array(KeptCase).default([]),
  branch: z.string().optional(),
});
