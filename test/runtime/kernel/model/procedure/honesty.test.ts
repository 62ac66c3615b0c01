/** What people write, through the model and the starter skills' real scripts: the right answer or none. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { loadSkills } from "../../../../../skills/load.ts";
import { folderWith } from "../../../../skills/starter/run-script.ts";
import { drive, type ToolAnswer } from "./drive.ts";

const SKILLS = join(import.meta.dirname, "../../../../../skills");
const OFFERED = (await loadSkills(SKILLS)).skills
  .map(({ name, description, body }) => {
    const quoted = description.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
    return `<skill name="${name}" dir="${SKILLS}/${name}" description="${quoted}">\n${body}\n</skill>`;
  })
  .join("\n");

const FILES = {
  "sales.csv": "region,amount\nnorth,10\nsouth,20\nnorth,-5\n",
  "scores.csv": "name,score\nann,7\nbob,9\ncid,3\n",
  "people.csv": "name,city\nann,Oslo\ncid,Bern\n",
  "f.txt": "One two two, three Three THREE apples\n",
  "service.log": "up up up down down left\n2026-03-01 FATAL request=r-7 gone\n",
  "items.json": '[{"id":1,"name":"a","price":2},{"id":2,"name":"b","price":3}]',
  "old.txt": Buffer.from("caf\u00e9\n", "latin1"),
  "pics/My Photo.JPG": "x",
} as const;

const HELPLESS = "I do not know how to do this";

test.for<[instruction: string, about: string]>([
  ["Add up the amount column of sales.csv in February and write it to x.txt", "February"],
  [
    "Add up the amount column of sales.csv, ignoring negative values, and write it to x.txt",
    "ignoring negative",
  ],
  ["Add up the amount column of sales.csv and write the number times two to x.txt", "times two"],
  ["Add up the amount column of sales.csv twice and write it to x.txt", "twice"],
  ["Do not add up the amount column of sales.csv, write the number of rows to x.txt", "not"],
  ["Add up the amount column of sales.csv except the south region and write it to x.txt", "except"],
  ["Add up the amount column of sales.csv where region is not north and write it to x.txt", "not"],
  ["Add up the amount column of sales.csv per region and write it to x.txt", "per region"],
  ["Add up the amount column of the north region of sales.csv and write it to x.txt", "north region"],
  ["Add up the amount column of sales.csv and of costs.csv and write it to x.txt", "costs.csv"],
  ['Add up the amount column of sales.csv as "grand total" and write it to x.txt', "grand"],
  ["What is the largest value in the score column of scores.csv? Write it to x.txt", ""],
  ["What is the average of the score column of scores.csv? Write it to x.txt", ""],
  ["Subtract the score column of scores.csv from 100 and write it to x.txt", ""],
  ["Write the number of rows in the total column of scores.csv to x.txt", ""],
  ["Sort scores.csv by score and write the top 2 to x.csv", "top 2"],
  ["Sort sales.csv by region but keep only the north rows and write them to x.csv", "only the north"],
  ["Join scores.csv with people.csv on name and write the rows without a match to x.csv", "without"],
  ["Join scores.csv with people.csv on name into x.csv, sorted by city", "sorted by city"],
  ["Count words longer than 5 letters in f.txt and write them to x.txt", ""],
  ["Count how often each word occurs in f.txt, case-sensitive, and write the top 2 to x.txt", "sensitive"],
  ["Count how often each word longer than 5 letters occurs in f.txt and write it to x.txt", "longer than 5"],
  ["How often does each letter occur in f.txt? Write it to x.txt", ""],
  ["Count the words in f.txt and write the number to x.txt", ""],
  ["Rename the files in pics/ to tidy names, but leave photos alone", "but leave"],
  ["Convert old.txt from latin-1 to UTF-16", ""],
  ["Find the first error in service.log and write it to x.txt", ""],
])("gives up: %s", async ([instruction, about]) => {
  const { said, calls } = await work(instruction);
  expect(calls).toEqual([]);
  expect(said).toContain(HELPLESS);
  expect(said).toContain(about);
});

const SUM = { "x.txt": "25\n" };
const NORTH = { "x.txt": "5\n" };
const BEST = { "x.csv": "name,score\nbob,9\nann,7\n" };
const WORDS = { "x.txt": "three 3\ntwo 2\n" };

test.for<[instruction: string, files: Readonly<Record<string, string>>]>([
  ["Add up the amount column of sales.csv and write the number to total.txt", { "total.txt": "25\n" }],
  ["Please add up the amount column in sales.csv and save the result as x.txt. Thank you!", SUM],
  ["Hello, could you give me the total of the amount column of sales.csv in x.txt?", SUM],
  ["Sum the column amount of sales.csv into x.txt", SUM],
  ["I would like the sum of the `amount` field in sales.csv. Put it into x.txt, please.", SUM],
  ["How much is the amount column of sales.csv in all? Write just the figure, nothing else, to x.txt.", SUM],
  ["Add up the amount column of sales.csv for the north region and write it to x.txt", NORTH],
  ["Add up the amount column of sales.csv where region is north and write it to x.txt", NORTH],
  ["What is the total of the amount column in the north region in sales.csv? Write it to x.txt", NORTH],
  ["Total the amount column of sales.csv, but only the rows where region is north, in x.txt", NORTH],
  ["Sort scores.csv by score, highest first, and write the top 2 to x.csv", BEST],
  [
    "Sort the rows of scores.csv by the column score in descending order and save the top 2 rows to x.csv",
    BEST,
  ],
  ["Sort scores.csv by name and write it to x.csv", { "x.csv": "name,score\nann,7\nbob,9\ncid,3\n" }],
  [
    "Put the rows of scores.csv in order of score, smallest first, into x.csv",
    { "x.csv": "name,score\ncid,3\nann,7\nbob,9\n" },
  ],
  [
    "Join scores.csv with people.csv on name and save it as x.csv",
    { "x.csv": "name,score,city\nann,7,Oslo\nbob,9,\ncid,3,Bern\n" },
  ],
  ["Count how often each word occurs in f.txt and write the top 2 to x.txt", WORDS],
  ["Which 2 words come up most often in f.txt? Write them to x.txt with their counts.", WORDS],
  ["List the 2 most common words of f.txt in x.txt", WORDS],
  [
    "Count how often each word occurs in service.log and write the 3 commonest to top.txt",
    { "top.txt": "up 3\ndown 2\nfatal 1\n" },
  ],
  [
    "Which request made the service crash? Look in service.log and write its id to x.txt.",
    { "x.txt": "r-7\n" },
  ],
  [
    "Keep only the fields id and name of items.json and write them to x.json",
    { "x.json": '[\n  {\n    "id": 1,\n    "name": "a"\n  },\n  {\n    "id": 2,\n    "name": "b"\n  }\n]\n' },
  ],
  ["Please convert old.txt from latin-1 to UTF-8.", { "old.txt": "caf\u00e9\n" }],
  ["Rename the files in pics/ to tidy names with underscores", { "pics/my_photo.jpg": "x" }],
])("does it: %s", async ([instruction, files]) => {
  const { said, read } = await work(instruction);
  expect(said).not.toContain("not know");
  expect(Object.fromEntries(Object.keys(files).map((name) => [name, read(name)]))).toEqual(files);
});

/** Runs an instruction in a folder of its own, with the tools that the starter skills call. */
async function work(instruction: string) {
  const dir = await folderWith(FILES);
  const driven = await drive({ system: OFFERED, text: instruction }, (name, input) => use(dir, name, input));
  const read = (name: string): string | undefined =>
    existsSync(join(dir, name)) ? readFileSync(join(dir, name), "utf8") : undefined;
  return { ...driven, read };
}

function use(dir: string, tool: string, input: unknown): ToolAnswer | string {
  const { command, path, content } = input as Readonly<Record<string, string>>;
  if (tool === "write" && path !== undefined && content !== undefined) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
    return "written";
  }
  if (command === undefined)
    return { content: `unknown tool ${tool}; there are bash, write`, is_error: true };
  try {
    const env = { ...process.env, SKILLS };
    return execFileSync("sh", ["-c", command], { cwd: dir, env, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    return { content: error instanceof Error ? error.message : String(error), is_error: true };
  }
}
