import { homeOf, withProbe, type DangerOption, type HomeOption } from "../open.ts";
import { bold, dim, oneLine, print, printJson } from "../output.ts";

export async function promote(
  id: string,
  options: HomeOption & DangerOption & { force?: boolean; json?: boolean },
): Promise<void> {
  const home = await homeOf(options);
  const { promotePatch } = await import("../../../evolver/promote.ts");
  const force = options.force === true;
  const choice = { allowNone: options.dangerouslyWithoutSandbox === true };
  const receipt = await withProbe(home, choice, force, (store, probe) =>
    promotePatch(home, store, id, { probe, force }),
  );
  if (options.json === true) {
    printJson(receipt);
    return;
  }
  print(`${bold(receipt.to.slice(0, 12))} is the release now${receipt.forced ? " (by force)" : ""}.`);
  if (receipt.probe !== undefined) print(dim(`Probe: ${oneLine(receipt.probe, 300)}.`));
  print(
    dim(
      `Your checkout was not touched. To bring the release into your branch: git merge ${receipt.to.slice(0, 12)}`,
    ),
  );
  print(dim("agent rollback   takes it back"));
}
