/** The genome of a release or candidate on disk. */
import { join } from "node:path";
import { materialize, type Genome } from "../../runtime/kernel/genome.ts";
import type { Home } from "../../runtime/kernel/home/home.ts";
import { currentRelease } from "./release.ts";

/** @param commit the current release when left out */
export async function releaseGenome(home: Home, commit?: string): Promise<Genome> {
  const sha = commit ?? (await currentRelease(home.dir)).commit;
  return materialize({ repo: home.dir, sha, paths: home.config.genome, into: join(home.state, "releases") });
}
