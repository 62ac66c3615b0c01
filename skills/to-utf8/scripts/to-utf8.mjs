/** to-utf8.mjs FILE --from ENCODING: rewrites FILE in UTF-8 and keeps what it was as FILE.orig. */
import { constants, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

const ENCODINGS = {
  "latin-1": "latin-1",
  latin1: "latin-1",
  "iso-8859-1": "latin-1",
  "windows-1252": "windows-1252",
  cp1252: "windows-1252",
  "utf-16le": "utf-16le",
  "utf-16be": "utf-16be",
};

const { values, positionals } = readArgs({ allowPositionals: true, options: { from: { type: "string" } } });
const [file] = positionals;
if (file === undefined || values.from === undefined) fail("usage: to-utf8.mjs FILE --from ENCODING");
const encoding = ENCODINGS[values.from.toLowerCase()];
if (encoding === undefined) {
  fail(`${values.from} is not an encoding that this knows (${Object.keys(ENCODINGS).join(", ")})`);
}

const bytes = read(file);
const text = decode(bytes, encoding);
keep(file);
writeFileSync(file, text);
console.log(`converted: ${file} from ${encoding} to UTF-8, the original is ${file}.orig`);

function readArgs(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    return fail(error.message);
  }
}

function read(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    return fail(`${path} cannot be read (${error.code})`);
  }
}

function decode(data, name) {
  if (name === "latin-1") return data.toString("latin1");
  try {
    return new TextDecoder(name, { fatal: true }).decode(data);
  } catch {
    return fail(`${file} is not ${name} either`);
  }
}

/** Never overwrites an earlier original. */
function keep(path) {
  try {
    copyFileSync(path, `${path}.orig`, constants.COPYFILE_EXCL);
  } catch (error) {
    fail(`${path}.orig cannot be written (${error.code}); ${path} is unchanged`);
  }
}

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}
