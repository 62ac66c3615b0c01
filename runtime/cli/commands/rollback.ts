import { RatchetError } from "../../kernel/error.ts";
import { homeOf, withStore, type HomeOption } from "../open.ts";
import { bold, dim, oneLine, print, printJson, yellow } from "../output.ts";

export async function rollback(
  patch: string | undefined,
  options: HomeOption & { to?: string; json?: boolean },
): Promise<void> {
  if (patch !== undefined && options.to !== undefined) {
    throw new RatchetError("usage", "name a patch or --to a release, not both");
  }
  const home = await homeOf(options);
  const { rollbackRelease } = await import("../../../evolver/rollback.ts");
  const receipt = await withStore(home, (store) =>
    rollbackRelease(home, store, options.to === undefined ? { patch } : { to: options.to }),
  );
  if (options.json === true) {
    printJson(receipt);
    return;
  }
  print(`${bold(receipt.to.slice(0, 12))} is the release now: ${receipt.reason}.`);
  for (const { commit, subject } of receipt.builtUpon ?? [])
    print(yellow(`${commit.slice(0, 12)} ${oneLine(subject, 90)}: proven on top of it, untried without it`));
  print(dim("It is a new commit; nothing of the history was rewritten, and your checkout was not touched."));
}
