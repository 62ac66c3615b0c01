/** Where this package lies, for the files that ship beside the code: the genome, the skills, the bootstrap. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let root: string | undefined;

/** Absolute path of a file or folder of the package. The same from a clone and from the compiled package. */
export function packageFile(...path: string[]): string {
  root ??= findRoot();
  return join(root, ...path);
}

/** Version of this package. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(packageFile("package.json"), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "0";
}

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  // `dist/` has no manifest of its own, so the first one upwards is the package's.
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("Ratchet's package.json is missing: install the package again");
    folder = parent;
  }
  return folder;
}
