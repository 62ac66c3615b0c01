import { expect, test } from "vitest";
import { leftOver } from "../../../../../runtime/kernel/model/procedure/coverage.ts";
import { chooseSkill } from "../../../../../runtime/kernel/model/procedure/choose.ts";

const COUNT = {
  name: "line-count",
  description: "Count the lines of a text.",
  body: `# Lines

Counts lines, the first line too, and nothing else. The list begins with "TOTAL SUM" and notes.txt.

## Inputs

- \`file\`: the log, \`of (\\S+\\.log)\`

## Steps

1. Counting.

   \`\`\`bash
   wc -l {{file}} # secret
   \`\`\`

   Take \`found\` from \`^(\\d+) hidden\`.

## Answer

Answered.
`,
};
const ask = (instruction: string): string[] => {
  const at = instruction.indexOf("of app.log");
  const spans = at === -1 ? [] : [{ from: at, to: at + "of app.log".length }];
  return leftOver(COUNT, { values: new Map([["file", "app.log"]]), spans }, instruction);
};

test.for<[instruction: string, left: string[]]>([
  ["Count the lines of app.log", []],
  ["Please, would you be so kind as to give me the counted lines of app.log? Thank you very much!", []],
  ["Count the line of the app", []],
  ["Count the blank lines of app.log", ["blank"]],
  ["Count the lines of app.log in upper case, sorted", ["upper case", "sorted"]],
  ["Count the lines of app.log and of web.log", ["web.log"]],
  ["Count the lines of app.log and nothing else", []],
  ["Count nothing of app.log", ["nothing"]],
  ["Count the first line of app.log", []],
  ["Count the first 3 lines of app.log", ["first 3"]],
  ['Count the "total sum" lines of app.log', []],
  ['Count the "lines" of app.log', ["lines"]],
  ["Count the lines of app.log like es.txt", ["es.txt"]],
  ['Count the "sum total" lines of app.log', ["sum total"]],
  ["Count the lines of app.log like notes.txt", []],
  ["Count the secret, hidden and answered lines of app.log", ["secret", "hidden and answered"]],
  ["Do not count the lines of app.log", ["not"]],
])("what is left of %s", ([instruction, left]) => {
  expect(ask(instruction)).toEqual(left);
});

test("a skill that accounts for everything goes before a nearer one that does not", () => {
  const other = {
    name: "zz",
    description: "Blank.",
    body: "Count blank lines of any file.\n\n## Steps\n\n1. x\n\n   ```bash\n   x\n   ```\n",
  };
  const instruction = "Count the blank lines of app.log";
  expect(chooseSkill([COUNT], instruction)).toEqual({
    kind: "none",
    why: 'the skill line-count says nothing about "blank"',
    remarks: [],
  });
  const named = { ...other, body: other.body.replace("any file", "app.log") };
  expect(chooseSkill([COUNT, named], instruction)).toMatchObject({ kind: "chosen", name: "zz" });
});

test("one mention is not two inputs", () => {
  const copy = {
    name: "copy",
    description: "Copy.",
    body: "Copy.\n\n## Inputs\n\n- `a`: `(\\w+\\.txt)`\n- `b`: `to (\\w+\\.txt)`\n\n## Steps\n\n1. x\n\n   ```bash\n   cp {{a}} {{b}}\n   ```\n",
  };
  expect(chooseSkill([copy], "Copy to x.txt")).toMatchObject({ kind: "none" });
  expect(chooseSkill([copy], "Copy y.txt to x.txt")).toMatchObject({
    values: new Map([
      ["a", "y.txt"],
      ["b", "x.txt"],
    ]),
  });
});
