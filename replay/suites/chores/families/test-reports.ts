/** Find the slowest failing test in a large JUnit report. */
import type { Chore, Family } from "../chore.ts";
import type { Random } from "../random.ts";

export const testReports: Family = (random) => [
  report(random("tests-junit"), {
    name: "tests-junit",
    heldOut: false,
    instruction:
      "Which failing test in reports/junit.xml took longest? Write its full name (suite > test) to slowest-failure.txt.",
    file: "reports/junit.xml",
    out: "slowest-failure.txt",
  }),
  report(random("tests-nightly"), {
    name: "tests-nightly",
    heldOut: false,
    instruction:
      "nightly.xml is the JUnit report of last night. I need the name of the slowest of the tests that failed, as " +
      "`suite > test`, in slow.txt. Passing tests do not matter, however slow.",
    file: "nightly.xml",
    out: "slow.txt",
  }),
  report(random("tests-build"), {
    name: "tests-build",
    heldOut: true,
    instruction:
      "CI left build/test-results.xml behind. Among the broken tests (failures and errors alike), find the one with the " +
      "longest run time and note it as `suite > test` in todo.txt.",
    file: "build/test-results.xml",
    out: "todo.txt",
  }),
];

interface Report {
  readonly name: string;
  readonly heldOut: boolean;
  readonly instruction: string;
  readonly file: string;
  readonly out: string;
}

interface Test {
  readonly suite: string;
  readonly name: string;
  /** Milliseconds. */
  readonly time: number;
  readonly state: "passed" | "failure" | "error" | "skipped";
}

function report(random: Random, { name, heldOut, instruction, file, out }: Report): Chore {
  const suites = Array.from({ length: 260 }, (_, at) => suite(random, at));
  const failed = suites.flat().filter(({ state }) => state === "failure" || state === "error");
  const slowest = failed.toSorted((a, b) => b.time - a.time)[0];
  if (slowest === undefined) throw new Error(`${name}: no test failed`);
  return {
    name,
    heldOut,
    instruction,
    workspace: {
      [file]: `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.map(xml).join("")}</testsuites>\n`,
    },
    truth: { "slowest.txt": `${slowest.suite} > ${slowest.name}\n` },
    checks: [{ file: out, equals: "slowest.txt" }],
  };
}

function suite(random: Random, at: number): Test[] {
  const area = random.pick(["billing", "search", "import", "export", "auth", "mail"]);
  const title = `${area}/${random.pick(["rounding", "paging", "limits", "locale", "retry", "cache"])}-${at}`;
  // One in six suites has broken tests; passing ones may well be slower than all of them.
  const broken = at % 6 === 3;
  return Array.from({ length: random.int(18, 34) }, (_, number): Test => {
    const text = `${random.pick(["keeps", "rejects", "sorts", "prints"])} ${random.pick(["ä & ö", "a < b", '"quotes"', "zero"])}`;
    const state = broken && random.next() < 0.15 ? random.pick(["failure", "error"]) : "passed";
    return {
      suite: title,
      name: `${text} #${number}`,
      // Distinct times: the number of the test is part of them.
      time: random.int(1, 9_000) * 10_000 + at * 36 + number,
      state: state === "passed" && random.next() < 0.03 ? "skipped" : state,
    };
  });
}

function xml(tests: readonly Test[]): string {
  const cases = tests.map(({ suite: title, name, time, state }) => {
    const head = `    <testcase classname="${escape(title)}" name="${escape(name)}" time="${(time / 1e7).toFixed(7)}"`;
    if (state === "passed") return `${head}/>\n`;
    if (state === "skipped") return `${head}><skipped/></testcase>\n`;
    const trace = `expected <failure> at ${title}.test.js:${name.length}`;
    return `${head}>\n      <${state} message="not equal"><![CDATA[${trace}]]></${state}>\n    </testcase>\n`;
  });
  return `  <testsuite name="${escape(tests[0]?.suite ?? "")}" tests="${tests.length}">\n${cases.join("")}  </testsuite>\n`;
}

function escape(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
