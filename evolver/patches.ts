/** What `agent patches` does: list, show, approve and reject the candidates that cycles left in the store. */
import { z } from "zod";
import { RatchetError } from "../runtime/kernel/error.ts";
import { commitOf, git, isAncestor, updateRefs } from "../runtime/kernel/git.ts";
import { KeptCase } from "../replay/bank/kept-case.ts";
import { promote, type PromoteOptions } from "../replay/release/promote.ts";
import { readReceipts, type Documents, type Receipt } from "../replay/release/receipts.ts";
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

/** Records a candidate with its verdict. */
export async function saveCandidate(store: Documents, candidate: Candidate): Promise<void> {
  await store.put(CANDIDATES, candidate.id, candidate);
}

/**
 * All candidates with what was decided about them: the newest cycle first, and within a cycle in the order in which they
 * were judged, in which accepted ones build on each other.
 */
export async function listPatches(store: Documents): Promise<ListedPatch[]> {
  const decisions = new Map(
    (await store.list(DECISIONS)).map(({ key, value }) => [key, StoredDecision.parse(value)]),
  );
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
 * A person accepts the patch: it is promoted, then the decision is recorded.
 * @throws PromotionRefused as {@link promote}; nothing is recorded then.
 */
export async function approvePatch(
  options: Omit<PromoteOptions, "what" | "expectedParent"> & { id: string },
): Promise<Receipt> {
  const { id, ...rest } = options;
  const { candidate } = await showPatch(options.store, id);
  const receipt = await promote({ ...rest, what: { candidate } });
  await decide(options, candidate, "approved");
  return receipt;
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
  await decide(options, candidate, "rejected");
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

async function decide(
  options: { store: Documents; reason: string; now?: () => Date },
  candidate: Candidate,
  decision: Decision["decision"],
): Promise<void> {
  const at = (options.now ?? (() => new Date()))().toISOString();
  await options.store.put(DECISIONS, candidate.id, { decision, why: options.reason, at } satisfies Decision);
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
