import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseLessons } from "../../../runtime/kernel/model/procedure/parse-lessons.ts";
import { parseSkill } from "../../../runtime/kernel/model/procedure/parse-skill.ts";
import { lintSkill } from "../../../skills/lint.ts";
import { loadSkills } from "../../../skills/load.ts";

const SKILLS = join(import.meta.dirname, "../../../skills");
const NAIVE = join(import.meta.dirname, "../../../runtime/genome/templates/naive/skills");

const loaded = (await loadSkills(SKILLS)).skills;

test("there are a dozen and one", () => {
  expect(loaded).toHaveLength(13);
});

describe.for([...loaded, ...(await loadSkills(NAIVE)).skills])(
  "$path",
  ({ name, path, body, description }) => {
    test("follows the specification", async () => {
      expect(lintSkill(await readFile(path, "utf8"), name)).toEqual([]);
    });

    test("has a procedure that can be followed", () => {
      expect(parseSkill(body)).toMatchObject({ kind: "procedure" });
    });

    test("names only scripts that are there", async () => {
      const named = Array.from(body.matchAll(/\$SKILLS\/([\w./-]+)/g), ([, script = ""]) => script);
      for (const script of named)
        await expect(readFile(join(SKILLS, script), "utf8")).resolves.toContain("/**");
    });

    test("has lessons that are understood", () => {
      const lines = body.split("\n").filter((line) => line.startsWith("When you see"));
      expect(parseLessons(body)).toHaveLength(lines.length);
    });

    test("says what it does in one plain paragraph", () => {
      expect(description.length).toBeGreaterThan(60);
      expect(description).not.toContain("\n");
    });
  },
);

test("helpers that several skills carry are the same in all of them", async () => {
  const copies = new Map<string, Set<string>>();
  for (const name of await readdir(SKILLS)) {
    for (const helper of ["text.mjs", "csv.mjs"]) {
      const text = await readFile(join(SKILLS, name, "scripts", helper), "utf8").catch(() => undefined);
      if (text !== undefined) copies.set(helper, (copies.get(helper) ?? new Set()).add(text));
    }
  }
  expect([...copies].map(([helper, texts]) => [helper, texts.size])).toEqual([
    ["text.mjs", 1],
    ["csv.mjs", 1],
  ]);
});
