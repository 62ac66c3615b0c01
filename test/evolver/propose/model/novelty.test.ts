import { expect, test } from "vitest";
import { knownAs } from "../../../../evolver/propose/model/novelty.ts";

const CODE = "export function run(n: number): string {\n  return String(n);\n}\n";
const PROMPT = "Be brief.\n";

function code(after: string) {
  return [
    { path: "harness/main.ts", before: CODE, after: CODE.replace("  return", () => `${after}\n  return`) },
  ];
}

function prompt(added: string) {
  return [{ path: "prompts/system.md", before: PROMPT, after: `${PROMPT}${added}\n` }];
}

const EARLIER = [
  { title: "Wait", edits: code('const limit = 3; if (n > limit) return "it is far too much for me";') },
  { title: "Ask", edits: prompt("When a tool fails, read its error and try the call again once.") },
];

test.each([
  [
    "other white space and a comment",
    code('// hm\nconst limit = 3;\n\nif (n > limit) return "it is far too much for me"'),
    "the same change",
  ],
  [
    "another name",
    code('const most = 3; if (n > most) return "it is far too much for me";'),
    "names and wording only",
  ],
  [
    "other words, as many",
    code('const limit = 3; if (n > limit) return "it is far too much for us";'),
    "names and wording only",
  ],
  [
    "words of a prompt",
    prompt("When a tool fails, read its error and then try the call again once."),
    "names and wording only",
  ],
])("knows %s", async (_, edits, words) => {
  expect(await knownAs(edits, EARLIER)).toContain(words);
});

test.each([
  ["another constant", code('const limit = 4; if (n > limit) return "it is far too much for me";')],
  ["another operator", code('const limit = 3; if (n >= limit) return "it is far too much for me";')],
  [
    "another thing to say",
    code('const limit = 3; if (n > limit) return "please ask somebody else about that number";'),
  ],
  ["another figure in a prompt", prompt("When a tool fails, read its error and try the call again 3 times.")],
  ["another sentence", prompt("Say how sure you are of each answer.")],
])("lets through %s", async (_, edits) => {
  expect(await knownAs(edits, EARLIER)).toBeUndefined();
});
