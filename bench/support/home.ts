/** A real home with two releases: the shipped genome, and the same with the bench's own small harness. */
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { materialize, type Genome } from "../../runtime/kernel/genome.ts";
import { commitOf, git } from "../../runtime/kernel/git.ts";
import { openHome, type Home } from "../../runtime/kernel/home/home.ts";
import { initHome } from "../../runtime/kernel/home/init.ts";

export interface BenchHome {
  readonly home: Home;
  /** What `agent init` gives. */
  readonly shipped: Genome;
  /** `harness/main.ts` beside this file. */
  readonly small: Genome;
}

export async function benchHome(dir: string): Promise<BenchHome> {
  const home = await openHome(await initHome(dir, "default"));
  const shipped = await genomeAt(home, "HEAD");
  await rm(join(dir, "harness"), { recursive: true });
  await cp(fileURLToPath(new URL("./harness/main.ts", import.meta.url)), join(dir, "harness", "main.ts"));
  await git(dir).run(["add", "--all"]);
  await git(dir).run(["commit", "--quiet", "-m", "Take the harness of the bench"]);
  return { home, shipped, small: await genomeAt(home, "HEAD") };
}

async function genomeAt(home: Home, revision: string): Promise<Genome> {
  const sha = await commitOf(home.dir, revision);
  if (sha === undefined) throw new Error(`${home.dir} has no ${revision}`);
  return materialize({ repo: home.dir, sha, paths: home.config.genome, into: join(home.state, "releases") });
}
