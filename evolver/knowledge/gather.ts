/** Gathers what people taught a home. The only place where the distiller's data is read from git and the store. */
import { readCorrections } from "./corrections.ts";
import { readHistory } from "./history.ts";
import type { Knowledge } from "./knowledge.ts";
import type { Runtime } from "../../runtime/kernel/run/run-task.ts";

/** @param release commit whose history counts. @throws RatchetError when git or the store fails */
export async function gatherKnowledge(
  { home, store }: Pick<Runtime, "home" | "store">,
  release: string,
): Promise<Knowledge> {
  const [corrections, history] = await Promise.all([
    readCorrections(store),
    readHistory({ repo: home.dir, paths: home.config.genome, store, release }),
  ]);
  return { corrections, history };
}
