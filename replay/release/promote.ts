/** Makes a commit the release: one compare-and-swap of a reference, with a receipt. Nothing is checked out or merged. */
import { commitOf, git, isAncestor, treeOf } from "../../runtime/kernel/git.ts";
import type { KeptCase } from "../bank/kept-case.ts";
import type { Verdict } from "../gate/outcome.ts";
import { moveTo, refuseMoved, refuseReleased, releaseMoved } from "./move.ts";
import { withReleaseLock } from "./pointer.ts";
import { PromotionRefused } from "./refused.ts";
import { currentRelease, type Release } from "./release.ts";
import { settleAbandoned, settleReceipts, withReceipt, type Documents, type Receipt } from "./receipts.ts";

/** What promotion needs to know of a candidate. */
export interface Patch {
  readonly id: string;
  /** The commit that was replayed. */
  readonly commit: string;
  readonly parent: string;
  readonly verdict: Verdict["verdict"];
  /** Branch for review: the same tree with the full message. */
  readonly branch: string | undefined;
  /** What it was proven to fix, for the regression bank. */
  readonly cases?: readonly KeptCase[];
}

/** What the last look at a commit found, in words. */
export type Health =
  | { readonly kind: "healthy"; readonly found: string }
  | { readonly kind: "unhealthy"; readonly found: string };

/** Tries a commit before it becomes the release. */
export type Probe = (commit: string) => Promise<Health>;

export interface PromoteOptions {
  readonly repo: string;
  readonly store: Documents;
  /** What to promote: a candidate with its verdict, or any revision. */
  readonly what: { readonly candidate: Patch } | { readonly commit: string };
  /** The release that the verdict was given on; the candidate's parent when absent. */
  readonly expectedParent?: string;
  /** Goes ahead against every refusal that can be forced. The receipt says so. */
  readonly force?: boolean;
  readonly reason: string;
  /** A person approved it, with these words. */
  readonly approved?: string;
  /** Last look at the commit before the pointer moves. */
  readonly probe?: Probe;
  /** Asked once more after the probe, which takes its time. Throws when the promotion is not wanted any more. */
  readonly confirm?: () => Promise<void>;
  readonly now?: () => Date;
}

/**
 * Promotes a candidate or a commit and resolves to the receipt.
 * @throws PromotionRefused when a condition does not hold; the pointer has not moved then.
 */
export async function promote(options: PromoteOptions): Promise<Receipt> {
  const { repo, store, what, reason, approved, force = false } = options;
  await settleReceipts(repo, store);
  const release = await currentRelease(repo);
  const commit = await commitToPromote(repo, what, force);
  refuseReleased(release, commit);
  if (!force) await checkLineage(repo, release, commit, expectedParent(options));
  const cases = await provenCases(repo, what, commit);
  const health = await options.probe?.(commit);
  if (health?.kind === "unhealthy" && !force) {
    throw new PromotionRefused(
      "unhealthy",
      `${short(commit)} did not pass the probe: ${health.found}`,
      `\`agent run --release ${short(commit)}\` shows what it does; \`--force\` promotes it all the same`,
    );
  }
  return withReleaseLock(repo, async () => {
    await settleAbandoned(repo, store);
    await options.confirm?.();
    await refuseMoved(repo, release, commit, "promote");
    const receipt = {
      kind: "promote",
      from: release.commit,
      to: commit,
      reason,
      forced: force,
      cases,
      ...("candidate" in what ? { patch: what.candidate.id } : {}),
      ...(approved === undefined ? {} : { approved }),
      ...(health === undefined ? {} : { probe: health.found }),
    } as const;
    const now = (options.now ?? (() => new Date()))();
    return withReceipt(repo, store, receipt, now, () => moveTo(repo, release, commit, "promote", reason));
  });
}

// ---------------------------------------------------------------- conditions, in the order they are checked

async function commitToPromote(repo: string, what: PromoteOptions["what"], force: boolean): Promise<string> {
  if ("commit" in what) return known(repo, what.commit);
  const { candidate } = what;
  if (candidate.verdict !== "accept" && !force) {
    const message = `the verdict on ${candidate.id} is ${candidate.verdict}`;
    throw new PromotionRefused(
      "not-accepted",
      message,
      "see `agent patches show`; `--force` promotes it all the same",
    );
  }
  if (candidate.branch === undefined) return known(repo, candidate.commit);
  const published = await known(repo, `refs/heads/${candidate.branch}`);
  if (!force && !(await sameChange(repo, published, await known(repo, candidate.commit)))) {
    const message = `${candidate.branch} was changed since its verdict: what was proven is ${short(candidate.commit)}`;
    throw new PromotionRefused(
      "changed-since-verdict",
      message,
      "promote the commit that was judged by its id, or run `agent evolve` again",
    );
  }
  return published;
}

/** The same files on top of the same parents: only who wrote it, when and with what message may differ. */
async function sameChange(repo: string, one: string, other: string): Promise<boolean> {
  const printed = await git(repo).run(["log", "--no-walk", "--format=%T %P", one, other]);
  return new Set(printed.trim().split("\n")).size === 1;
}

async function known(repo: string, revision: string): Promise<string> {
  const commit = await commitOf(repo, revision);
  if (commit !== undefined) return commit;
  throw new PromotionRefused("unknown-commit", `${repo} has no commit ${revision}`, "see `agent patches`");
}

/** Only what the gate has proven of exactly these files becomes a case; force proves nothing. */
async function provenCases(
  repo: string,
  what: PromoteOptions["what"],
  commit: string,
): Promise<readonly KeptCase[]> {
  if ("commit" in what || what.candidate.verdict !== "accept") return [];
  const same = (await treeOf(repo, commit)) === (await treeOf(repo, what.candidate.commit));
  return same ? (what.candidate.cases ?? []) : [];
}

function expectedParent({ expectedParent: given, what }: PromoteOptions): string | undefined {
  return given ?? ("candidate" in what ? what.candidate.parent : undefined);
}

async function checkLineage(repo: string, release: Release, commit: string, parent: string | undefined) {
  if (parent !== undefined) {
    const expected = await known(repo, parent);
    if (expected !== release.commit) {
      // Accepted patches of one cycle are stacked: each was proven on top of the ones below it.
      throw (await isAncestor(repo, release.commit, expected))
        ? parentNotReleased(expected)
        : releaseMoved(expected, release.commit);
    }
  }
  if (!(await isAncestor(repo, release.commit, commit))) {
    const message = `${short(commit)} does not contain the release ${short(release.commit)}: promoting it would undo work`;
    throw new PromotionRefused("not-a-descendant", message, "rebase it, or use `agent rollback --to`");
  }
}

function parentNotReleased(parent: string): PromotionRefused {
  const message = `the verdict was given on top of ${short(parent)}, which is not released`;
  return new PromotionRefused(
    "parent-not-released",
    message,
    `promote ${short(parent)} first: see \`agent patches\``,
  );
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
