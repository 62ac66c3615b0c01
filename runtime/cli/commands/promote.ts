import { homeOf, withStore, type HomeOption } from "../open.ts";
import { bold, dim, print, printJson } from "../output.ts";

export async function promote(
  id: string,
  options: HomeOption & { force?: boolean; json?: boolean },
): Promise<void> {
  const home = await homeOf(options);
  const { promotePatch } = await import("../../../evolver/promote.ts");
  const receipt = await withStore(home, (store) => promotePatch(home, store, id, options.force === true));
  if (options.json === true) {
    printJson(receipt);
    return;
  }
  print(`${bold(receipt.to.slice(0, 12))} is the release now${receipt.forced ? " (by force)" : ""}.`);
  print(
    dim(
      `Your checkout was not touched. To bring the release into your branch: git merge ${receipt.to.slice(0, 12)}`,
    ),
  );
  print(dim("agent rollback   takes it back"));
}
