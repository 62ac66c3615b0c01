/** At which place of the ranking the planted line stands, without a cycle: the suite runs once on the faulty harness. */
import { join } from "node:path";
import { currentRelease } from "../../replay/release/release.ts";
import { releaseGenome } from "../../replay/release/genome.ts";
import { createTrialRunner } from "../../replay/runner.ts";
import { openSuite } from "../../replay/suites/suite.ts";
import type { Bench, Figure } from "../figure.ts";
import { chosenFaults } from "../support/repair/chosen.ts";
import type { Fault } from "../support/repair/faults.ts";
import { placed, type Placed } from "../support/repair/placed.ts";
import { plantedHome, SUITE } from "../support/repair/planted-home.ts";
import { share } from "../support/repair/share.ts";
import { suiteFor } from "../support/repair/suite.ts";

/** Two to learn from and one that is held out, at the least. */
const LEAST_BROKEN = 4;

export const localised: Figure = {
  name: "localise",
  about: "places of planted faults in the ranking of suspicious lines; see --fault and --family",
  async measure(bench) {
    const places: { readonly fault: Fault; readonly at: Placed | undefined }[] = [];
    for (const fault of chosenFaults(bench)) {
      const at = await look(fault, bench);
      process.stderr.write(
        `bench: ${fault.name}: place ${at?.rank ?? "none"} of ${at?.failing ?? 0} failing tasks\n`,
      );
      places.push({ fault, at });
    }
    const within = (most: number, among = places): number =>
      among.filter(({ at }) => (at?.rank ?? Infinity) <= most).length;
    return [
      share("planted line in the top 5", within(5), places.length, { atLeast: 80 }),
      ...(["seen", "unseen"] as const).flatMap((half) => {
        const those = places.filter(({ fault }) => fault.half === half);
        return those.length === 0
          ? []
          : share(`planted line in the top 5, ${half} families`, within(5, those), those.length);
      }),
      share("planted line first", within(1), places.length),
      share("planted line in the top 10", within(10), places.length),
      {
        what: "faults that break fewer than 4 tasks",
        unit: "count",
        value: places.filter(({ at }) => (at?.failing ?? 0) < LEAST_BROKEN).length,
        bar: 0,
      },
    ];
  },
};

async function look(fault: Fault, { temp, sandbox, signal }: Bench): Promise<Placed | undefined> {
  const dir = join(temp, `localise-${fault.name}`);
  await using planted = await plantedHome(dir, [fault], suiteFor(fault.concern), sandbox);
  const { runtime } = planted;
  const genome = await releaseGenome(runtime.home, (await currentRelease(dir)).commit);
  const tasks = await openSuite(runtime.home, SUITE);
  await createTrialRunner(runtime).runAll({ genome, tasks, purpose: "trial", signal });
  return await placed(planted, fault);
}
