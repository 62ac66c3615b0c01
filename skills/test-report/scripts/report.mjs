/** report.mjs FILE: what a JUnit XML report says, suite by suite, then the failures, then where the time went. */
import { fail, readText } from "./text.mjs";

const [file] = process.argv.slice(2);
if (file === undefined) fail("usage: report.mjs FILE");

const tests = parse(readText(file));
if (tests.length === 0) fail(`${file} holds no <testcase>; is it a JUnit report?`);
const suites = Map.groupBy(tests, ({ suite }) => suite);
const failed = tests.filter(({ state }) => state === "failed");

for (const [suite, members] of suites) {
  const seconds = total(members).toFixed(2);
  const broken = members.filter(({ state }) => state === "failed").length;
  console.log(
    `${broken === 0 ? "ok  " : "FAIL"} ${suite}: ${members.length} tests, ${broken} failed, ${seconds} s`,
  );
}
console.log(`failed: ${failed.length} of ${tests.length}`);
if (failed.length > 0) {
  console.log(`first failure: ${label(failed[0])}`);
  console.log(
    `slowest failure: ${label(failed.reduce((most, test) => (test.seconds > most.seconds ? test : most)))}`,
  );
}
console.log("slowest suites:");
const bySeconds = [...suites].map(([suite, members]) => ({ suite, seconds: total(members) }));
for (const { suite, seconds } of bySeconds.toSorted((a, b) => b.seconds - a.seconds).slice(0, 5)) {
  console.log(`  ${seconds.toFixed(2)} s ${suite}`);
}

function parse(xml) {
  const text = xml.replace(/<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->/g, "");
  const tags = /<(\/?)(testsuite|testcase|failure|error|skipped)\b((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/?)>/g;
  const found = [];
  const open = [];
  let test;
  for (const [, closing, tag, attributes, empty] of text.matchAll(tags)) {
    if (tag === "testsuite") {
      if (closing === "/") open.pop();
      else if (empty === "") open.push(attribute(attributes, "name") ?? "");
    } else if (tag === "testcase") {
      if (closing === "/") test = undefined;
      else {
        const suite = open.at(-1) || (attribute(attributes, "classname") ?? "");
        const seconds = Number(attribute(attributes, "time") ?? 0);
        test = { suite, name: attribute(attributes, "name") ?? "", seconds, state: "passed" };
        found.push(test);
        if (empty === "/") test = undefined;
      }
    } else if (closing === "" && test !== undefined) test.state = tag === "skipped" ? "skipped" : "failed";
  }
  return found;
}

function attribute(attributes, name) {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes);
  return found === null ? undefined : decode(found[1] ?? found[2]);
}

function decode(text) {
  const named = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(lt|gt|quot|apos|amp));/gi, (_, hex, decimal, name) =>
    name === undefined
      ? String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal))
      : named[name.toLowerCase()],
  );
}

function label({ suite, name }) {
  return `${suite} > ${name}`;
}

function total(members) {
  return members.reduce((sum, { seconds }) => sum + seconds, 0);
}
