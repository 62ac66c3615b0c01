/** field.mjs JSON --field NAME: one field of a JSON object; nested ones with dots. */
import { parseArgs } from "node:util";

const { values, positionals } = readArgs({ allowPositionals: true, options: { field: { type: "string" } } });
const [text] = positionals;
if (text === undefined || values.field === undefined) fail("usage: field.mjs JSON --field NAME");

const answer = parse(text);
const value = values.field.split(".").reduce((part, key) => part?.[key], answer);
if (value === undefined)
  fail(`the answer has no field ${values.field} (it has ${Object.keys(answer).join(", ")})`);
console.log(`value: ${typeof value === "object" ? JSON.stringify(value) : value}`);

function readArgs(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    return fail(error.message);
  }
}

function parse(json) {
  try {
    return JSON.parse(json);
  } catch (error) {
    return fail(`the answer is not JSON: ${error.message}`);
  }
}

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}
