import { lifeOf, summaryOf, type LifeSummary } from "../../../replay/gate/life.ts";
import { currentRelease } from "../../../replay/release/release.ts";
import { listReleases, type ReleaseEntry } from "../../../replay/release/receipts.ts";
import { homeOf, withStore, type HomeOption } from "../open.ts";
import { bold, count, dim, green, oneLine, print, printJson, table } from "../output.ts";

export async function releases(options: HomeOption & { json?: boolean }): Promise<void> {
  const home = await homeOf(options);
  const { moves, life } = await withStore(home, async (store) => ({
    moves: await listReleases(home.dir, store),
    life: summaryOf(await lifeOf(store), home.config.evolution.alpha),
  }));
  const current = await currentRelease(home.dir);
  if (options.json === true) {
    printJson({ current: current.commit, pinned: current.pinned, moves, life });
    return;
  }
  print(
    `The release is ${bold(current.commit.slice(0, 12))}${current.pinned ? "" : " (HEAD: nothing was promoted yet)"}.`,
  );
  if (moves.length > 0) print(`\n${movesTable(moves)}`);
  print(`\n${lifeText(life)}`);
}

function movesTable(moves: readonly ReleaseEntry[]): string {
  return table(
    moves.map((move) => [
      move.current ? green("●") : " ",
      dim(move.at.slice(0, 16).replace("T", " ")),
      move.kind,
      move.to.slice(0, 12),
      move.state === "done" ? (move.forced ? "forced" : "") : move.state,
      oneLine(move.reason, 90),
    ]),
  );
}

/** What the gate by evidence has promised so far, and asks of the next candidate. */
function lifeText({ tests, accepted, bound, nextLevel }: LifeSummary): string {
  const share = `${Number((100 * bound).toPrecision(2))}%`;
  return [
    tests === 0
      ? `No candidate was tested by evidence yet; of those accepted so, at most ${share} are expected not to help.`
      : `${count(tests, "candidate")} tested by evidence, ${accepted} accepted; of those at most ${share} are expected not to help.`,
    nextLevel === 0
      ? "Nothing of that is left for another."
      : `The next is tested at level ${nextLevel}: an e-value of ${Math.ceil(1 / nextLevel)} is asked for.`,
  ].join(" ");
}
