/**
 * changelog.mjs SUBJECTS --version NAME --out FILE: subjects of commits, one a line, oldest first, as a changelog.
 * Removes SUBJECTS when it is done.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

const SECTIONS = [
  { title: "Added", types: ["feat"] },
  { title: "Fixed", types: ["fix"] },
];

const { values, positionals } = readArgs({
  allowPositionals: true,
  options: { version: { type: "string" }, out: { type: "string" } },
});
const [subjects] = positionals;
if (subjects === undefined || values.version === undefined || values.out === undefined) {
  fail("usage: changelog.mjs SUBJECTS --version NAME --out FILE");
}
if (!existsSync(subjects)) fail(`${subjects} does not exist`);
if (existsSync(values.out)) fail(`${values.out} exists already; choose another name or remove it first`);

const commits = readFileSync(subjects, "utf8")
  .split("\n")
  .map((subject) => /^(\w+)(?:\([^)]*\))?(!?): (.+)$/u.exec(subject))
  .filter((found) => found !== null)
  .map(([, type, breaking, text]) => ({ type, text: breaking === "!" ? `${text} (breaking)` : text }));
const parts = [`## ${values.version}`];
let entries = 0;
for (const { title, types } of SECTIONS) {
  const texts = commits.filter(({ type }) => types.includes(type)).map(({ text }) => `- ${text}`);
  if (texts.length === 0) continue;
  parts.push(`### ${title}`, texts.join("\n"));
  entries += texts.length;
}
if (entries === 0) fail(`${subjects} holds no feat or fix commit; is the range right?`);
writeFileSync(values.out, `${parts.join("\n\n")}\n`);
rmSync(subjects);
console.log(`entries: ${entries}`);

function readArgs(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    return fail(error.message);
  }
}

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}
