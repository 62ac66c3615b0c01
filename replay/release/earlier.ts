/** The releases before a promotion, as the receipts tell. */
import { git } from "../../runtime/kernel/git.ts";
import type { GenomePaths } from "../../runtime/kernel/genome.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import type { Receipt } from "./receipts.ts";

/**
 * Releases before `promotion`, newest first, without those that a rollback left: nobody wants to return to them. It ends
 * early where what was taken back was no release of its own, and so nothing says which releases had it.
 * @param receipts those that are done, oldest first, `promotion` among them
 */
export async function* earlierReleases(
  home: Home,
  receipts: readonly Receipt[],
  promotion: Receipt,
): AsyncGenerator<string> {
  let made: Receipt | undefined = promotion;
  let older = receipts;
  const makerOf = (commit: string, kind?: Receipt["kind"]): Receipt | undefined =>
    older.findLast((receipt) => receipt.to === commit && (kind === undefined || receipt.kind === kind));
  while (made !== undefined) {
    older = older.slice(0, older.indexOf(made));
    if (made.kind === "promote") {
      yield made.from;
      made = makerOf(made.from);
      continue;
    }
    const target: string = made.patch ?? made.from;
    if (await sameGenome(home.dir, home.config.genome, target, made.to)) {
      // It returned to a release; the story goes on where that one was made.
      yield target;
      made = makerOf(target);
    } else {
      // It took a patch out; what was there before the patch is free of it.
      made = makerOf(target, "promote");
    }
  }
}

/** Whether two commits have the same files that evolution may change. */
export async function sameGenome(
  repo: string,
  { harness, prompts, skills }: GenomePaths,
  one: string,
  other: string,
): Promise<boolean> {
  const [a, b] = await Promise.all(
    [one, other].map((commit) =>
      git(repo).run(["ls-tree", "--full-tree", "-z", commit, "--", harness, prompts, skills]),
    ),
  );
  return a === b;
}
