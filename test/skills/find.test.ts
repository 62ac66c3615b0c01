import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createSkillIndex } from "../../skills/find.ts";
import { words } from "../../skills/words.ts";

const SKILLS = [
  {
    name: "sort-table",
    description: "Sort a CSV table by a column.",
    body: "Rows keep their order where equal.",
  },
  {
    name: "csv-total",
    description: "Add up the numbers in a column of a CSV file.",
    body: "Sums are exact.",
  },
  {
    name: "to-utf8",
    description: "Convert a text file to UTF-8.",
    body: "For `not UTF-8 (looks like latin-1)` errors.",
  },
  {
    name: "log-triage",
    description: "Find the request that made a service crash.",
    body: "Mentions totals of errors.",
  },
];
const names = async (query: string, limit = 10): Promise<string[]> =>
  createSkillIndex(SKILLS)
    .search(query, limit)
    .map(({ name }) => name);

test("finds skills by name, description and body, the name counting most", async () => {
  expect(await names("the total of the sales")).toEqual(["csv-total", "log-triage"]);
  expect((await names("sort these tables, please"))[0]).toBe("sort-table");
  expect((await names("error: x.txt is not UTF-8 (looks like latin-1)"))[0]).toBe("to-utf8");
});

test("an empty query lists all by name, as many as asked for", async () => {
  expect(await names("  ")).toEqual(["csv-total", "log-triage", "sort-table", "to-utf8"]);
  expect(await names("", 2)).toEqual(["csv-total", "log-triage"]);
  expect(createSkillIndex(SKILLS).search("", 1)).toEqual([
    { name: "csv-total", description: SKILLS[1]?.description, score: 0 },
  ]);
  expect(await names("", 0)).toEqual([]);
});

test("a query without words that count finds nothing", async () => {
  expect(await names("??? --- ...")).toEqual([]);
  expect(await names("what is the")).toEqual([]);
});

test("stop words are given from outside", async () => {
  const index = createSkillIndex(SKILLS, { stopWords: new Set(["crash"]) });
  expect(index.search("crash", 5)).toEqual([]);
  expect(index.search("the", 5)).not.toEqual([]);
});

test("equal scores are in the order of names, whatever the order of the skills", async () => {
  const twins = ["b", "c", "a"].map((letter) => ({
    name: `x-${letter}`,
    description: "Same thing.",
    body: "Same.",
  }));
  for (const order of [twins, twins.toReversed()]) {
    const found = createSkillIndex(order).search("same", 9);
    expect(found.map(({ name }) => name)).toEqual(["x-a", "x-b", "x-c"]);
  }
});

test("no query breaks it, and results are sorted and within the limit", async () => {
  const index = createSkillIndex(SKILLS);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.constantFrom("constructor", "__proto__ csv", 'a*b "c', "$^["),
      ),
      fc.nat({ max: 5 }),
      (query, limit) => {
        const found = index.search(query, limit);
        expect(found.length).toBeLessThanOrEqual(limit);
        expect(found).toEqual(found.toSorted((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1)));
      },
    ),
  );
});

test("words are compared without case, punctuation and a plural s", () => {
  expect(words("Tables, classes; Entries: the status is UTF-8!")).toEqual([
    "table",
    "classe",
    "entry",
    "status",
    "utf",
    "8",
  ]);
});
