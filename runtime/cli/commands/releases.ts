import { currentRelease } from "../../../replay/release/release.ts";
import { listReleases } from "../../../replay/release/receipts.ts";
import { homeOf, withStore, type HomeOption } from "../open.ts";
import { bold, dim, green, oneLine, print, printJson, table } from "../output.ts";

export async function releases(options: HomeOption & { json?: boolean }): Promise<void> {
  const home = await homeOf(options);
  const moves = await withStore(home, (store) => listReleases(home.dir, store));
  const current = await currentRelease(home.dir);
  if (options.json === true) {
    printJson({ current: current.commit, pinned: current.pinned, moves });
    return;
  }
  print(
    `The release is ${bold(current.commit.slice(0, 12))}${current.pinned ? "" : " (HEAD: nothing was promoted yet)"}.`,
  );
  if (moves.length === 0) return;
  print();
  print(
    table(
      moves.map((move) => [
        move.current ? green("●") : " ",
        dim(move.at.slice(0, 16).replace("T", " ")),
        move.kind,
        move.to.slice(0, 12),
        move.state === "done" ? (move.forced ? "forced" : "") : move.state,
        oneLine(move.reason, 90),
      ]),
    ),
  );
}
