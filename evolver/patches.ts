/** What `agent patches` does: list, show, approve and reject the candidates that cycles left in the store. */
import { hash } from "node:crypto";
import { z } from "zod";
import { RatchetError } from "../runtime/kernel/error.ts";
import { commitOf, git, isAncestor, updateRefs } from "../runtime/kernel/git.ts";
import { KeptCase } from "../replay/bank/kept-case.ts";
import { readReceipts, type Documents } from "../replay/release/receipts.ts";
import type { Candidate } from "./candidate.ts";
import { keptRef } from "./publish/publish.ts";

export const CANDIDATES = "candidates";
export const DECISIONS = "decisions";

/** What a person said of a candidate. Kept beside it: a verdict is never overwritten. */
export interface Decision {
  readonly decision: "approved" | "rejected";
  readonly why: string;
  readonly at: string;
}

export interface ListedPatch {
  readonly candidate: Candidate;
  readonly decision: Decision | undefined;
}

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

/**
 * All candidates with what was decided about them: the newest cycle first, and within a cycle in the order in which they
 * were judged, in which accepted ones build on each other.
 */
export async function listPatches(store: Documents): Promise<ListedPatch[]> {
  const decisions = await readDecisions(store);
  const order = await orderOfCycles(store);
  return (await store.list(CANDIDATES))
    .map(({ key, value }) => ({ candidate: parseCandidate(key, value), decision: decisions.get(key) }))
    .toSorted((a, b) => (order.get(a.candidate.id) ?? -1) - (order.get(b.candidate.id) ?? -1));
}

/**
 * The candidate whose branch that is, the newest one, or whose id starts so.
 * @throws RatchetError (usage) when none or several do.
 */
export async function showPatch(store: Documents, idOrPrefix: string): Promise<ListedPatch> {
  const all = await listPatches(store);
  // A later cycle that finds the same patch gives it the same branch.
  const byBranch = all.find(({ candidate }) => candidate.branch === idOrPrefix);
  if (byBranch !== undefined) return byBranch;
  const found = all.filter(({ candidate }) => candidate.id.startsWith(idOrPrefix));
  const [only] = found;
  if (idOrPrefix !== "" && found.length === 1 && only !== undefined) return only;
  const ids = (found.length > 0 ? found : all).map(({ candidate }) => candidate.id).join(", ");
  const what =
    found.length > 1 ? `several patches start with ${idOrPrefix}` : `there is no patch ${idOrPrefix}`;
  throw new RatchetError("usage", what, ids === "" ? "run `agent evolve` first" : `choose one of: ${ids}`);
}

/**
 * A person turns the patch down: the branch goes, unless it is checked out or was built upon; the commit stays under
 * `refs/ratchet/rejected/`, with the reason, for proposers to learn from. Resolves to what became of the branch.
 * @throws RatchetError (usage) when it is part of the release
 */
export async function rejectPatch(options: {
  repo: string;
  store: Documents;
  id: string;
  reason: string;
  now?: () => Date;
}): Promise<"deleted" | "kept" | "none"> {
  const { repo, store } = options;
  const { candidate } = await showPatch(store, options.id);
  await refuseReleased(repo, store, candidate);
  const ref = keptRef(candidate.id, "reject");
  if ((await commitOf(repo, ref)) === undefined) {
    await updateRefs(repo, [{ ref, new: candidate.commit, old: undefined }], `rejected: ${options.reason}`);
  }
  await reject(options, candidate);
  return deleteBranch(repo, candidate);
}

// ---------------------------------------------------------------- helpers

/** Place of each candidate. Those of a cycle that goes on, or was killed, have none yet and come first. */
async function orderOfCycles(store: Documents): Promise<Map<string, number>> {
  const cycles = (await store.list("cycles")).toSorted((a, b) => (a.key < b.key ? 1 : -1));
  const ids = cycles.flatMap(({ value }) => {
    const cycle = StoredCycle.safeParse(value);
    return cycle.success ? cycle.data.candidates : [];
  });
  return new Map(ids.toReversed().map((id, index) => [id, ids.length - 1 - index]));
}

const StoredCycle = z.object({ candidates: z.array(z.string()) });

const StoredDecision = z.object({
  decision: z.enum(["approved", "rejected"]),
  why: z.string(),
  at: z.string(),
});

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
  evalue: z.number().optional(),
  control: z.object({ candidate: z.number(), baseline: z.number(), bestOfTwo: z.number() }).optional(),
  cases: z.array(KeptCase).default([]),
  branch: z.string().optional(),
});

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

function parseDecision(key: string, value: unknown): Decision {
  const read = StoredDecision.safeParse(value);
  if (read.success) return read.data;
  const why = z.prettifyError(read.error);
  throw new RatchetError("infrastructure", `the decision on ${key} cannot be read: ${why}`);
}

/**
 * The last word on each candidate. An approval stands in the receipt of the promotion that it led to, so that there is never
 * one without the other; a rejection stands by itself.
 */
async function readDecisions(store: Documents): Promise<Map<string, Decision>> {
  const decisions = new Map<string, Decision>(
    (await store.list(DECISIONS)).map(({ key, value }) => [key, parseDecision(key, value)]),
  );
  for (const { patch, state, approved, at } of await readReceipts(store)) {
    if (patch === undefined || state !== "done" || approved === undefined) continue;
    const other = decisions.get(patch);
    if (other === undefined || other.at < at)
      decisions.set(patch, { decision: "approved", why: approved, at });
  }
  return decisions;
}

async function reject(
  options: { store: Documents; reason: string; now?: () => Date },
  candidate: Candidate,
): Promise<void> {
  const at = (options.now ?? (() => new Date()))().toISOString();
  const decision = { decision: "rejected", why: options.reason, at } satisfies Decision;
  await options.store.put(DECISIONS, candidate.id, decision);
}

/** What the agent runs with cannot be turned down; once anything was rolled back, what is left of a patch is not told. */
async function refuseReleased(repo: string, store: Documents, candidate: Candidate): Promise<void> {
  const last = (await readReceipts(store)).findLast(({ state }) => state === "done");
  if (last?.kind !== "promote") return;
  const tip =
    candidate.branch === undefined ? undefined : await commitOf(repo, `refs/heads/${candidate.branch}`);
  if (!(await isAncestor(repo, tip ?? candidate.commit, last.to))) return;
  throw new RatchetError(
    "usage",
    `${candidate.id} is part of the release`,
    `Take it back first: agent rollback ${candidate.id}`,
  );
}

async function deleteBranch(repo: string, candidate: Candidate): Promise<"deleted" | "kept" | "none"> {
  if (candidate.branch === undefined) return "none";
  const ref = `refs/heads/${candidate.branch}`;
  const tip = await commitOf(repo, ref);
  if (tip === undefined) return "none";
  const worktrees = await git(repo).run(["worktree", "list", "--porcelain"]);
  const checkedOut = worktrees.split("\n").includes(`branch ${ref}`);
  const parent = await commitOf(repo, `${tip}^`);
  if (checkedOut || parent !== (await commitOf(repo, candidate.parent))) return "kept";
  await updateRefs(repo, [{ ref, new: undefined, old: tip }], "rejected");
  return "deleted";
}
