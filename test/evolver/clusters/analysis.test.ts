/** Digests are kept by the name of the analysis that made them: one that has changed needs another name. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { ANALYSIS } from "../../../evolver/clusters/digest.ts";

const EVOLVER = join(import.meta.dirname, "../../../evolver");

test("the analysis has the name that goes with its code", () => {
  // Raise ANALYSIS when what a run is found to suffer from may differ, then put down the new hash.
  expect({
    analysis: ANALYSIS.split("/")[1],
    code: hashOf(sourcesFrom(join(EVOLVER, "clusters/digest.ts"))),
  }).toEqual({
    analysis: "4",
    code: "0e9220504fe0b2a4",
  });
});

/** The file, and what it imports of the analysis. */
function sourcesFrom(file: string, known = new Set<string>()): Set<string> {
  known.add(file);
  for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/from "(\.{1,2}\/[^"]+)"/g)) {
    const imported = join(dirname(file), path);
    if (!known.has(imported) && relative(EVOLVER, imported).startsWith("analyse/"))
      sourcesFrom(imported, known);
  }
  return known;
}

/** Of the code; lines of comments do not count. */
function hashOf(files: ReadonlySet<string>): string {
  const hash = createHash("sha256");
  for (const file of [...files].toSorted()) {
    const lines = readFileSync(file, "utf8").split("\n");
    hash.update(`${relative(EVOLVER, file)}\n`);
    hash.update(lines.filter((line) => !/^\s*(?:\/\*|\*|\/\/|$)/.test(line)).join("\n"));
  }
  return hash.digest("hex").slice(0, 16);
}
