import { expect, test } from "vitest";
import { mergeLesson, sameSkill } from "../../../evolver/propose/distill/novelty.ts";
import { withSharedLesson } from "../../../evolver/propose/distill/patch.ts";
import { replaceInSkill, replacementIn } from "../../../evolver/propose/distill/replacement.ts";

const NARROW = "When you see `error: a.csv is not UTF-8`, run `recode a.csv`, then repeat the step.";
const WIDE = "When you see `error: <file> is not UTF-8`, run `recode <file>`, then repeat the step.";
const OTHER = "When you see `error: <file> is not UTF-8`, run `iconv <file>`, then repeat the step.";

test("a lesson that is covered is known, one that covers replaces, one that does something else is new", () => {
  expect(mergeLesson(NARROW, [WIDE])).toEqual({ kind: "known", by: WIDE });
  expect(mergeLesson(WIDE, [NARROW])).toEqual({ kind: "replaces", old: NARROW });
  expect(mergeLesson(WIDE.replaceAll("<file>", "<it>"), [WIDE])).toEqual({ kind: "known", by: WIDE });
  expect(mergeLesson(WIDE, [OTHER])).toEqual({ kind: "new" });
});

test("sentences are compared by their pairs of words", () => {
  const short = "Write dates as year, month and day.";
  const long = "Write dates as year, month and day, with dashes between.";
  expect(mergeLesson(short, [long])).toEqual({ kind: "known", by: long });
  expect(mergeLesson(long, [short])).toEqual({ kind: "replaces", old: short });
  expect(mergeLesson("Look before you write.", ["Write before you look."])).toEqual({ kind: "new" });
});

test("the nearest of many is found", () => {
  const many = Array.from({ length: 500 }, (_, n) => WIDE.replaceAll("UTF-8", `format ${n}`));
  expect(mergeLesson(WIDE.replaceAll("UTF-8", "format 321"), many)).toEqual({ kind: "known", by: many[321] });
  expect(mergeLesson(WIDE, many)).toEqual({ kind: "new" });
});

test("the file of lessons does not grow by what it says", () => {
  const file = `# Lessons\n\n${NARROW}\n`;
  expect(withSharedLesson(file, WIDE)).toBe(`# Lessons\n\n${WIDE}\n`);
  expect(withSharedLesson(`# Lessons\n\n- ${WIDE}\n`, NARROW)).toBeUndefined();
});

test("versions of a skill are the same skill", () => {
  const body = "Look up the order by its number in the ledger, then answer with its state and its date.";
  const skills = [{ name: "order-lookup", description: "Look up orders.", body }];
  const again = {
    name: "order-lookup-v2",
    description: "Find an order in the ledger.",
    body: `${body} Be brief.`,
  };
  expect(sameSkill(again, skills)).toBe("order-lookup");
  expect(
    sameSkill({ name: "order-total", description: "Add up.", body: "Sum the column." }, skills),
  ).toBeUndefined();
});

test.each([
  ["use semicolons instead of commas", ";", ","],
  ['Write "total" rather than "sum"', "total", "sum"],
  ["not result.txt, but `report.md`", "report.md", "result.txt"],
  ["Replace tabs with spaces.", " ", "\\t"],
])("%s", (said, wanted, unwanted) => {
  expect(replacementIn(said)).toEqual([{ wanted, unwanted }]);
});

test("a replacement touches defaults and blocks, and no prose, no expression and no part of a word", () => {
  const skill =
    "# T\n\nsum\n\n## Inputs\n\n- `kind` (default `sum`): `(sum|mean)`\n\n## Steps\n\n1. Do the sum.\n\n   ```bash\n   run sum --sum summary 'sum' {{sum}}\n   ```\n";
  expect(replaceInSkill(skill, { wanted: "mean", unwanted: "sum" })).toBe(
    skill
      .replace("(default `sum`)", "(default `mean`)")
      .replace("run sum --sum summary 'sum'", "run mean --sum summary 'mean'"),
  );
  expect(replaceInSkill(skill, { wanted: "x", unwanted: "prod" })).toBeUndefined();
});
