/** Changes that people made to the genome, and the failures that were not seen again afterwards. */
import { commitOf, git } from "../../runtime/kernel/git.ts";
import { eventsOf } from "../../runtime/kernel/store/events-of.ts";
import { partOf, type GenomePaths } from "../../runtime/kernel/genome.ts";
import type { RunRow, Store } from "../../runtime/kernel/store/store.ts";
import { analyse } from "../analyse/analyse.ts";
import type { FileEdit } from "../candidate.ts";
import { clusterId } from "../clusters/cluster.ts";
import type { Signature } from "../failure.ts";
import type { HumanFix } from "./knowledge.ts";

/** Commits that are read, the newest first; the files of one; and the size of a file, in characters. */
const MAX_COMMITS = 30;
const MAX_FILES = 12;
const MAX_TEXT = 200_000;
/** Live runs that are looked at, the newest first, and the releases that they may be of. */
const MAX_RUNS = 300;
const MAX_RELEASES = 20;
/** How Ratchet signs its own commits: nobody learns from those as if a person had made them. */
const OWN_EMAIL = "ratchet@localhost";

export interface HistoryOptions {
  readonly repo: string;
  readonly paths: GenomePaths;
  readonly store: Store;
  /** Commit whose history counts. */
  readonly release: string;
}

/** Newest first. A merge is no change of its own, and the first commit is where everything began. @throws GitFailed */
export async function readHistory(options: HistoryOptions): Promise<HumanFix[]> {
  const commits = await humanCommits(options);
  if (commits.length === 0) return [];
  const seen = await signaturesByRelease(options);
  return Promise.all(
    commits.map(async (commit) => ({
      commit: commit.id,
      at: commit.at,
      subject: commit.subject,
      edits: await editsOf(options, commit.id),
      ended: endedBy(commit.id, seen),
    })),
  ).then((fixes) => fixes.filter(({ edits }) => edits.length > 0));
}

interface NamedCommit {
  readonly id: string;
  readonly at: string;
  readonly subject: string;
}

async function humanCommits({ repo, paths, release }: HistoryOptions): Promise<NamedCommit[]> {
  const folders = [paths.harness, paths.prompts, paths.skills];
  const format = "--format=%H%x1f%aI%x1f%ae%x1f%P%x1f%s";
  const args = ["log", "--no-merges", `--max-count=${4 * MAX_COMMITS}`, format, release, "--", ...folders];
  const lines = (await git(repo).run(args)).split("\n").filter((line) => line !== "");
  return lines
    .flatMap((line) => {
      const [id = "", at = "", email, parents, ...subject] = line.split("\u001F");
      return email === OWN_EMAIL || parents === "" ? [] : [{ id, at, subject: subject.join(" ") }];
    })
    .slice(0, MAX_COMMITS);
}

/** Text files that were changed or added; what was taken away teaches nothing that could be done elsewhere. */
async function editsOf({ repo, paths }: HistoryOptions, commit: string): Promise<FileEdit[]> {
  const printed = await git(repo).run([
    "diff-tree",
    "--no-commit-id",
    "--no-renames",
    "--diff-filter=AM",
    "--name-only",
    "-r",
    "-z",
    commit,
  ]);
  const changed = printed
    .split("\0")
    .filter((path) => /\.(?:md|ts)$/.test(path) && !path.includes("\n") && partOf(path, paths) !== undefined)
    .slice(0, MAX_FILES);
  const texts = await git(repo).objects(
    changed.flatMap((path) => [`${commit}^:${path}`, `${commit}:${path}`]),
  );
  return changed.flatMap((path, at) => {
    const before = texts[2 * at]?.toString("utf8");
    const after = texts[2 * at + 1]?.toString("utf8");
    if (after === undefined || after.length > MAX_TEXT || (before?.length ?? 0) > MAX_TEXT) return [];
    return [{ path, before, after }];
  });
}

/** What live runs of a release failed of. */
interface Seen {
  /** All commits that the release contains. */
  readonly contains: ReadonlySet<string>;
  readonly signatures: ReadonlyMap<string, Signature>;
}

async function signaturesByRelease({ repo, store }: HistoryOptions): Promise<Seen[]> {
  const runs = await store.listRuns({ purpose: "live", limit: MAX_RUNS });
  const labelled = runs.filter(({ outcome }) => outcome.kind !== "unknown");
  const byRelease = [...Map.groupBy(labelled, ({ release }) => release)].slice(0, MAX_RELEASES);
  const seen = await Promise.all(
    byRelease.map(async ([release, own]): Promise<Seen[]> => {
      // A release may be gone: somebody rewrote their history.
      if ((await commitOf(repo, release)) === undefined) return [];
      const commits = await git(repo).run(["rev-list", release, "--"]);
      return [{ contains: new Set(commits.split("\n")), signatures: await signaturesOf(store, own) }];
    }),
  );
  return seen.flat();
}

async function signaturesOf(store: Store, runs: readonly RunRow[]): Promise<Map<string, Signature>> {
  const failing = runs.filter(({ outcome }) => outcome.kind !== "unknown" && !outcome.pass);
  const signatures = await Promise.all(
    failing.map(async (run) => {
      const events = await eventsOf(store, run.id);
      return analyse({ run, events }).signature;
    }),
  );
  return new Map(signatures.map((signature) => [clusterId(signature), signature]));
}

/** Seen without the commit, and not with it, although there were runs with it. */
function endedBy(commit: string, seen: readonly Seen[]): Signature[] {
  const after = seen.filter(({ contains }) => contains.has(commit));
  if (after.length === 0) return [];
  const still = new Set(after.flatMap(({ signatures }) => [...signatures.keys()]));
  const before = seen.filter(({ contains }) => !contains.has(commit));
  const gone = new Map(before.flatMap(({ signatures }) => [...signatures]));
  return [...gone].flatMap(([id, signature]) => (still.has(id) ? [] : [signature]));
}
