/** A genome with some files changed, in folders that are thrown away: no commit, no release, for quick trials only. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PARTS } from "../../runtime/kernel/genome-files.ts";
import type { Genome } from "../../runtime/kernel/genome.ts";
import { stripTypes } from "../../runtime/kernel/strip-types.ts";
import { createScratch } from "../../runtime/kernel/workspace/scratch.ts";
import type { Change } from "../exercised.ts";

export interface ScratchGenome extends AsyncDisposable {
  /** Its `sha` is the parent's, and its `harness` has the parent's sources: only what a run reads is changed. */
  readonly genome: Genome;
}

/**
 * Copies the parts that are changed, and shows the others where the parent has them.
 * @param changes by the paths of a release; whoever calls has checked that they lie in the genome
 * @throws system errors when a file cannot be copied or written
 */
export async function createScratchGenome(
  parent: Genome,
  changes: readonly Pick<Change, "path" | "after">[],
): Promise<ScratchGenome> {
  await using made = new AsyncDisposableStack();
  let genome = parent;
  for (const part of PARTS) {
    const own = changes.filter(({ path }) => path.startsWith(`${part}/`));
    if (own.length === 0) continue;
    const inPart = own.map(({ path, after }) => ({ name: path.slice(part.length + 1), text: after }));
    if (part === "harness") {
      genome = { ...genome, compiled: await compile(parent, inPart, made) };
      continue;
    }
    const scratch = made.use(await createScratch({ kind: "folder", path: parent[part] }));
    for (const { name, text } of inPart) await replace(join(scratch.dir, name), text);
    genome = { ...genome, [part]: scratch.dir };
  }
  const kept = made.move();
  return { genome, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** A file that does not parse makes it a broken harness. */
async function compile(
  { compiled }: Genome,
  files: readonly { readonly name: string; readonly text: string }[],
  made: AsyncDisposableStack,
): Promise<Genome["compiled"]> {
  if (compiled.kind === "broken") return compiled;
  const stripped = files.map(({ name, text }) => ({ name, result: stripTypes(text) }));
  for (const { name, result } of stripped)
    if (!result.ok) return { kind: "broken", file: name, line: result.line, message: result.message };
  const scratch = made.use(await createScratch({ kind: "folder", path: compiled.dir }));
  for (const { name, result } of stripped) if (result.ok) await replace(join(scratch.dir, name), result.code);
  return { kind: "ready", dir: scratch.dir };
}

/** The copies are read-only, as those of a release are. */
async function replace(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await writeFile(path, text);
}
