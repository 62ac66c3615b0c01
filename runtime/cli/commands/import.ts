import type { Imported } from "../../../evolver/import/import-trajectories.ts";
import { homeOf, interruptible, withStore, type HomeOption } from "../open.ts";
import { unlessStopped } from "../stopped.ts";
import { bold, count, dim, oneLine, print, printJson, printStatus, yellow } from "../output.ts";

export async function importRuns(
  format: string,
  path: string,
  options: HomeOption & { json?: boolean },
): Promise<void> {
  const home = await homeOf(options);
  const { importTrajectories } = await import("../../../evolver/import/import-trajectories.ts");
  const { cleaner } = await import("../../../guardrails/secrets.ts");
  const { secretsOf } = await import("../../kernel/run/env-secrets.ts");
  let kept = 0;
  const watch = (done: number): void => {
    kept = done;
    if (options.json !== true) printStatus(`${count(done, "run")} read`);
  };
  const imported = await unlessStopped(
    () =>
      withStore(home, (store) =>
        importTrajectories(store, {
          format,
          path,
          redact: cleaner(secretsOf(process.env)),
          signal: interruptible(),
          watch,
        }),
      ),
    () =>
      `stopped; ${count(kept, "run")} ${kept === 1 ? "is" : "are"} kept, and the same import goes on from there`,
  );
  process.exitCode = imported.badRows > 0 ? 1 : 0;
  if (options.json === true) printJson(imported);
  else printImported(imported);
}

/** Bad rows that a person is shown, and powers of pass^k. */
const SHOWN = 10;
const POWERS = 4;

function printImported({
  added,
  replaced,
  unchanged,
  passed,
  failed,
  unlabelled,
  badRows,
  bad,
  passHat,
  notes,
}: Imported): void {
  const before = [
    ...(unchanged > 0 ? [`${unchanged} ${unchanged === 1 ? "was" : "were"} there already`] : []),
    ...(replaced > 0 ? [`${replaced} replaced, with new content`] : []),
  ];
  print(`${bold(count(added, "run"))} imported${before.length > 0 ? `; ${before.join(", ")}` : ""}.`);
  const labels = [
    ...(passed + failed > 0 ? [`${passed} passed, ${failed} failed`] : []),
    ...(unlabelled > 0
      ? [
          `${unlabelled} ${unlabelled === 1 ? "carries no label and is taken for a failure" : "carry no label and are taken for failures"}`,
        ]
      : []),
  ];
  print(labels.join("; "));
  if (passHat.length > 1)
    print(
      `${passHat
        .slice(0, POWERS)
        .map((value, index) => `pass^${index + 1} ${value.toFixed(2)}`)
        .join(", ")}  ${dim("all of so many tries of a task pass")}`,
    );
  if (badRows > 0) {
    print(yellow(`${count(badRows, "row")} could not be read:`));
    for (const { file, row, why } of bad.slice(0, SHOWN))
      print(`  ${oneLine(file, 80)}, row ${row}: ${oneLine(why, 160)}`);
    if (badRows > SHOWN) print(dim(`  and ${badRows - SHOWN} more; --json names up to 100`));
  }
  for (const { file, why } of notes.slice(0, SHOWN)) print(dim(`${oneLine(file, 80)}: ${why}`));
  if (notes.length > SHOWN) print(dim(`and ${notes.length - SHOWN} more files like these`));
  print();
  print(dim("agent failures   groups what failed;  agent runs list --imported   lists the runs"));
}
