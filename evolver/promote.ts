/** Promotes what a person names: a candidate by id or branch, or any commit. */
import { promote, type Probe } from "../replay/release/promote.ts";
import { PromotionRefused } from "../replay/release/refused.ts";
import type { Receipt } from "../replay/release/receipts.ts";
import { RatchetError } from "../runtime/kernel/error.ts";
import { commitOf, subjectOf } from "../runtime/kernel/git.ts";
import type { Home } from "../runtime/kernel/home/home.ts";
import type { Store } from "../runtime/kernel/store/store.ts";
import type { Candidate } from "./candidate.ts";
import { findPatch } from "./patches/find.ts";
import { listPatches, type ListedPatch } from "./patches/list.ts";
import { sealIsIntact } from "./patches/saved.ts";

/** How a promotion is made. */
export interface PromotionChoice {
  /** Tries the commit before it becomes the release; without it, nothing is promoted unless by force. */
  readonly probe: Probe | undefined;
  /** Goes ahead against every refusal that can be forced. */
  readonly force?: boolean;
}

/**
 * @param name id of a candidate or the beginning of it, its branch, or a revision
 * @throws PromotionRefused when it was not accepted, is not healthy, or anything moved or was changed since its verdict, unless forced
 * @throws RatchetError (usage) when nothing has that name; (refused) for a commit without a verdict, or when nothing can try
 * it, unless forced
 */
export async function promotePatch(
  home: Home,
  store: Store,
  name: string,
  choice: PromotionChoice,
): Promise<Receipt> {
  const { force = false } = choice;
  const found = await findPatch(home, store, name);
  if (found !== undefined) {
    if (found.decision?.decision === "rejected" && !force) throw turnedDown(found);
    return promoteCandidate(home, store, found.candidate, choice, {});
  }
  const commit = await commitOf(home.dir, name);
  if (commit === undefined)
    throw new RatchetError("usage", `there is no patch or commit "${name}"`, "`agent patches` lists them.");
  if (!force) {
    throw new RatchetError(
      "refused",
      `${name} has no verdict of the gate`,
      "--force promotes it all the same; the watch stays on.",
    );
  }
  const probe = choice.probe === undefined ? {} : { probe: choice.probe };
  return promote({
    repo: home.dir,
    store,
    what: { commit },
    force,
    reason: `${await subjectOf(home.dir, commit)} (${commit.slice(0, 12)}) by hand`,
    ...probe,
  });
}

/**
 * A person accepts a candidate: it is promoted, and the receipt keeps the approval.
 * @throws as {@link promotePatch}; the approval is not kept then
 */
export async function approve(
  home: Home,
  store: Store,
  name: string,
  why: string,
  choice: PromotionChoice,
): Promise<Receipt> {
  const candidate = (await findPatch(home, store, name))?.candidate;
  if (candidate === undefined)
    throw new RatchetError("usage", `there is no patch "${name}"`, "`agent patches` lists them.");
  return promoteCandidate(home, store, candidate, choice, { approved: why });
}

/** @param more `approved`: a person's word on it, which weighs more than one that was said before */
async function promoteCandidate(
  home: Home,
  store: Store,
  saved: Candidate,
  { probe, force = false }: PromotionChoice,
  more: { readonly approved?: string },
): Promise<Receipt> {
  const candidate = await withBranch(home, saved);
  const confirm = async (): Promise<void> => {
    if (force) return;
    if (!(await sealIsIntact(store, candidate.id))) throw tampered(candidate);
    const now = (await listPatches(store)).find((patch) => patch.candidate.id === candidate.id);
    if (now?.decision?.decision === "rejected" && more.approved === undefined) throw turnedDown(now);
  };
  await confirm();
  if (probe === undefined && !force) throw untried(candidate);
  return promote({
    repo: home.dir,
    store,
    what: { candidate },
    force,
    reason: more.approved === undefined || more.approved === "" ? candidate.proposal.title : more.approved,
    confirm,
    ...(probe === undefined ? {} : { probe }),
    ...more,
  });
}

function tampered({ id }: Candidate): PromotionRefused {
  return new PromotionRefused(
    "changed-since-verdict",
    `what the store says of ${id} is not what was written at its verdict`,
    "Run `agent evolve` again; --force promotes it all the same.",
  );
}

function untried({ id }: Candidate): RatchetError {
  return new RatchetError(
    "refused",
    `${id} was not promoted: nothing here can try whether it runs`,
    "`agent doctor` says why there is no sandbox; --force promotes it all the same.",
  );
}

function turnedDown({ candidate, decision }: ListedPatch): RatchetError {
  const why = decision?.why === undefined || decision.why === "" ? "" : `: ${decision.why}`;
  return new RatchetError(
    "refused",
    `${candidate.id} was turned down by a person${why}`,
    `\`agent patches approve ${candidate.id}\` takes that back and promotes it; --force promotes it all the same.`,
  );
}

/** The branch of what was turned down is gone; its commit is kept. */
async function withBranch(home: Home, candidate: Candidate): Promise<Candidate> {
  const { branch } = candidate;
  const exists = branch !== undefined && (await commitOf(home.dir, `refs/heads/${branch}`)) !== undefined;
  return exists ? candidate : { ...candidate, branch: undefined };
}
