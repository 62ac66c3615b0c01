/** Reading text without guessing: UTF-8 or an error that names the likely encoding. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

/** Text of a UTF-8 file without its byte order mark. Anything else ends the program with exit code 1. */
export function readText(path) {
  const bytes = readBytes(path);
  const encoding = guess(bytes);
  if (encoding !== "utf-8") fail(`${path} is not UTF-8 (looks like ${encoding})`);
  return new TextDecoder("utf-8").decode(bytes);
}

/** As `parseArgs`; what it does not understand ends the program with exit code 1. */
export function readArgs(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    return fail(error.message);
  }
}

/** Says on stderr what went wrong and ends the program with exit code 1. */
/** @returns {never} */
export function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}

function readBytes(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error.code === "ENOENT") fail(`${path} does not exist`);
    if (error.code === "EISDIR") fail(`${path} is a folder, not a file`);
    fail(`${path} cannot be read (${error.code})`);
  }
}

function guess(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const start = bytes.subarray(0, 4096);
  if (start.includes(0)) return withoutMark(start);
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return "utf-8";
  } catch {
    return bytes.some((byte) => byte >= 0x80 && byte <= 0x9f) ? "windows-1252" : "latin-1";
  }
}

/** UTF-16 without a mark has its zero bytes on one side of each pair. */
function withoutMark(start) {
  const zeros = [0, 0];
  start.forEach((byte, at) => {
    if (byte === 0) zeros[at % 2] += 1;
  });
  if (zeros[0] === 0 && zeros[1] > start.length / 4) return "utf-16le";
  if (zeros[1] === 0 && zeros[0] > start.length / 4) return "utf-16be";
  return "binary data";
}
