/** Where npm has put the packages that confined code imports, however they were laid out. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { z } from "zod";
import { RatchetError, messageOf } from "../../runtime/kernel/error.ts";

/**
 * Real folders of the packages `names` and of all that they need, by the name under which code imports them. What lies
 * inside the folder of one that is listed is not listed again. Optional ones that are not installed are left out.
 * @param from folder of the code that imports `names`
 * @throws RatchetError (infrastructure) when one is missing, or two versions of one would be needed side by side
 */
export function packagesOf(names: readonly string[], from: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const add = (name: string, by: string): void => {
    const folder = locate(name, by);
    if (folder === undefined) throw new RatchetError("infrastructure", missing(name, by), AGAIN);
    const known = found.get(name);
    if (known === folder) return;
    const isNested = [...found.values()].some((outer) => folder.startsWith(outer + sep));
    if (!isNested) {
      if (known !== undefined)
        throw new RatchetError("infrastructure", `two versions of ${name}: ${known}, ${folder}`, AGAIN);
      found.set(name, folder);
    }
    const { dependencies, optionalDependencies } = manifestOf(folder);
    for (const needed of Object.keys(dependencies)) add(needed, folder);
    for (const wished of Object.keys(optionalDependencies))
      if (locate(wished, folder) !== undefined) add(wished, folder);
  };
  for (const name of names) add(name, from);
  return found;
}

const AGAIN = "Install Ratchet again, with npm.";

function missing(name: string, by: string): string {
  return `the package ${name}, which ${by} needs, is not installed`;
}

/** As node looks for it: in each `node_modules` on the way up. */
function locate(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return realpathSync(candidate);
    if (dirname(folder) === folder) return undefined;
  }
}

const Manifest = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

function manifestOf(folder: string): z.infer<typeof Manifest> {
  const file = join(folder, "package.json");
  try {
    return Manifest.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new RatchetError("infrastructure", `${file} cannot be read: ${messageOf(error)}`, AGAIN);
  }
}
