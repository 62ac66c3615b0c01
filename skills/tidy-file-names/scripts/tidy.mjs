/** tidy.mjs FOLDER [--separator hyphen|underscore]: renames the files of one folder; never overwrites. */
import { readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values, positionals } = readArgs({
  allowPositionals: true,
  options: { separator: { type: "string", default: "hyphen" } },
});
const [folder] = positionals;
if (folder === undefined) fail("usage: tidy.mjs FOLDER [--separator hyphen|underscore]");

const separator = values.separator.startsWith("underscore") ? "_" : "-";
const LETTERS = {
  ß: "ss",
  æ: "ae",
  Æ: "ae",
  œ: "oe",
  Œ: "oe",
  ø: "o",
  Ø: "o",
  ł: "l",
  Ł: "l",
  đ: "d",
  Đ: "d",
};

const names = list(folder);
const taken = new Set(names);
let renamed = 0;
for (const name of names) {
  const wanted = tidy(name);
  if (wanted === name) continue;
  const target = free(wanted);
  renameSync(join(folder, name), join(folder, target));
  taken.delete(name);
  taken.add(target);
  renamed += 1;
  console.log(`${name} -> ${target}`);
}
console.log(`renamed: ${renamed} of ${names.length}`);

function readArgs(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    return fail(error.message);
  }
}

function list(path) {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name)
      .toSorted();
  } catch (error) {
    return fail(`${path} cannot be listed (${error.code})`);
  }
}

function tidy(name) {
  const dot = name.lastIndexOf(".");
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot + 1)] : [name, ""];
  const tidyStem = plain(stem) || "file";
  return extension === "" ? tidyStem : `${tidyStem}.${plain(extension)}`;
}

function plain(text) {
  const ascii = text
    .replace(/[ßæÆœŒøØłŁđĐ]/g, (letter) => LETTERS[letter])
    .normalize("NFKD")
    .replace(/\p{M}/gu, "");
  const joined = ascii.toLowerCase().replace(/[^a-z0-9.]+/g, separator);
  return joined.replace(/^[-_.]+|[-_.]+$/g, "");
}

function free(name) {
  if (!taken.has(name)) return name;
  const dot = name.lastIndexOf(".");
  const [stem, end] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  for (let number = 2; ; number += 1) {
    const next = `${stem}${separator}${number}${end}`;
    if (!taken.has(next)) return next;
  }
}

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}
