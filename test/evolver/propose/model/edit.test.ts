/** Typed edits, one form after the other, on files as a genome has them. */
import { describe, expect, test } from "vitest";
import { applyPatch } from "../../../../evolver/propose/model/edit/apply.ts";
import { contentHash } from "../../../../evolver/propose/model/edit/hash.ts";
import type { Anchor, Edit } from "../../../../evolver/propose/model/tool.ts";

const CODE = `import type { Finish, Kernel } from "ratchet-agent/protocol";

/** How often. */
const TRIES = 3;

export async function run(kernel: Kernel): Promise<Finish> {
  let tries = 0;
  // One more.
  tries += 1;
  for (const line of lines()) {
    if (line === "") continue;
    tries += 1;
  }
  return { status: "done", summary: \`\${tries}\` };
}

const lines = (): string[] => {
  return [];
};

class Queue {
  take(): void {}
}
`;
const SKILL = `---
name: sum
description: Adds up.
metadata:
  source: hand # kept
---

# Sum

## Steps

1. Read.

\`\`\`sh
## Steps
\`\`\`

## Check

Look twice.
`;
const GENOME = new Map([
  ["harness/main.ts", CODE],
  ["skills/sum/SKILL.md", SKILL],
  ["prompts/system.md", "Be brief.\n"],
]);

async function apply(...edits: readonly Edit[]) {
  return applyPatch({ title: "t", rationale: "r", edits: [...edits] }, GENOME, new Set(GENOME.keys()));
}

async function textAfter(...edits: readonly Edit[]): Promise<string> {
  const applied = await apply(...edits);
  return applied.kind === "applied" ? (applied.edits[0]?.after ?? "") : applied.problems.join("; ");
}

const main = { path: "harness/main.ts", hash: contentHash(CODE) } as const;
const skill = { path: "skills/sum/SKILL.md", hash: contentHash(SKILL) } as const;

function replace(anchor: Anchor, code: string): Edit {
  return { op: "replace_code", ...main, anchor, code };
}

function insert(where: "before" | "after" | "start" | "end", anchor: Anchor, code: string): Edit {
  return { op: "insert_code", ...main, anchor, where, code };
}

describe("code", () => {
  const inRun = (statement: string, index?: number): Anchor => ({
    declaration: "run",
    statement,
    ...(index === undefined ? {} : { index }),
  });

  test.each<[string, Edit, from: string, to: string]>([
    ["a constant", replace({ declaration: "TRIES" }, "const TRIES = 9;"), "TRIES = 3", "TRIES = 9"],
    [
      "a statement by how it begins, whatever its white space",
      replace(inRun("for(const  line of".replace("for(", "for (")), "for (;;) {\n  if (tries) break;\n}"),
      CODE.slice(CODE.indexOf("  for ("), CODE.indexOf("  return {")),
      "  for (;;) {\n    if (tries) break;\n  }\n",
    ],
    [
      "one of two alike",
      replace(inRun("tries += 1;", 1), "tries += 2;"),
      "    tries += 1;",
      "    tries += 2;",
    ],
    ["by kind", replace({ declaration: "run", kind: "continue" }, "break;"), "continue;", "break;"],
    ["no code: the line is gone", replace(inRun("let tries"), ""), "  let tries = 0;\n", ""],
    [
      "before a statement and its comment",
      insert("before", inRun("tries += 1;", 0), "    await kernel.sleep(1);"),
      "  // One more.",
      "  await kernel.sleep(1);\n  // One more.",
    ],
    [
      "after a statement",
      insert("after", inRun("let tries"), "let last = 0;"),
      "= 0;\n",
      "= 0;\n  let last = 0;\n",
    ],
    [
      "at the start of a function",
      insert("start", { declaration: "run" }, "if (!kernel) {\n  throw 1;\n}"),
      "Promise<Finish> {\n",
      "Promise<Finish> {\n  if (!kernel) {\n    throw 1;\n  }\n",
    ],
    [
      "at the end of a loop",
      insert("end", { declaration: "run", kind: "for" }, "tries += 4;"),
      "    tries += 1;\n  }",
      "    tries += 1;\n    tries += 4;\n  }",
    ],
    [
      "into an arrow function",
      insert("start", { declaration: "lines" }, "void 0;"),
      "string[] => {\n",
      "string[] => {\n  void 0;\n",
    ],
    [
      "into an empty method",
      insert("end", { declaration: "Queue.take" }, "void 0;"),
      "void {}",
      "void {\n    void 0;\n  }",
    ],
    [
      "lines inside a template stay where they are",
      insert("start", { declaration: "lines" }, "const text = `a\n  b\nc`;\nvoid text;"),
      "string[] => {\n",
      "string[] => {\n  const text = `a\n  b\nc`;\n  void text;\n",
    ],
    [
      "a name of a module that is imported already",
      { op: "add_import", ...main, names: ["Message"], from: "ratchet-agent/protocol", type_only: true },
      "Kernel }",
      "Kernel, Message }",
    ],
    [
      "a module",
      { op: "add_import", ...main, names: ["wait"], from: "./wait.ts", type_only: false },
      'protocol";\n',
      'protocol";\nimport { wait } from "./wait.ts";\n',
    ],
    [
      "a text",
      { op: "replace_text", ...main, find: "const TRIES = 3;", replace: "const TRIES = '$&';" },
      "const TRIES = 3;",
      "const TRIES = '$&';",
    ],
  ])("changes %s", async (_, edit, from, to) => {
    expect(CODE.split(from)).toHaveLength(2);
    expect(await textAfter(edit)).toBe(CODE.replace(from, () => to));
  });

  test("several edits of a file are made one after the other", async () => {
    const edits = [
      replace({ declaration: "TRIES" }, "const TRIES = 9;"),
      replace({ declaration: "TRIES" }, "const TRIES = 8;"),
    ];
    expect(await textAfter(...edits)).toBe(CODE.replace("= 3", "= 8"));
  });

  test.each<[Edit, words: string]>([
    [replace({ declaration: "rum" }, "x"), 'no declaration "rum"; there are TRIES, run, run.tries'],
    [replace(inRun("tries += 1;"), "x"), "is there 2 times, in lines 9, 12: say which by `index`"],
    [replace(inRun("tries += 1;", 2), "x"), "there are only 2"],
    [replace({ declaration: "run", kind: "while" }, "x"), "there is no statement of kind `while`"],
    [replace({}, "x"), "a whole file is not replaced"],
    [insert("start", { declaration: "TRIES" }, "x"), "no body in braces"],
    [{ op: "add_import", ...main, names: ["Kernel"], from: "./x.ts", type_only: true }, "imported already"],
    [{ op: "edit_section", ...main, where: "append", text: "x" }, "is for .md files"],
    [{ op: "replace_text", ...main, find: "tries", replace: "" }, "occurs 4 times"],
  ])("refuses %j", async (edit, words) => {
    expect(await textAfter(edit)).toContain(words);
  });
});

describe("texts", () => {
  test.each<[string, Edit, from: string, to: string]>([
    [
      "appends a step to a list",
      { op: "edit_section", ...skill, heading: "Check", where: "append", text: "Then tell." },
      "Look twice.\n",
      "Look twice.\n\nThen tell.\n",
    ],
    [
      "replaces what stands below a heading",
      { op: "edit_section", ...skill, heading: "## check", where: "replace", text: "Look once." },
      "Look twice.",
      "Look once.",
    ],
    [
      "adds a section",
      { op: "edit_section", ...skill, heading: "Steps", where: "before", text: "## First\n\nThink." },
      "## Steps\n\n1. Read.",
      "## First\n\nThink.\n\n## Steps\n\n1. Read.",
    ],
    [
      "sets a field and keeps the others",
      { op: "set_field", ...skill, field: "metadata.learned", value: "yes: twice" },
      "  source: hand # kept\n",
      '  source: hand # kept\n  learned: "yes: twice"\n',
    ],
  ])("%s", async (_, edit, from, to) => {
    expect(SKILL.split(from)).toHaveLength(2);
    expect(await textAfter(edit)).toBe(SKILL.replace(from, () => to));
  });

  test("a prompt without headings is one section", async () => {
    const hash = contentHash("Be brief.\n");
    const edit = {
      op: "edit_section",
      path: "prompts/system.md",
      hash,
      where: "append",
      text: "Be right.",
    } as const;
    expect(await textAfter(edit)).toBe("Be brief.\n\nBe right.\n");
  });

  test("names the headings that there are", async () => {
    const edit = { op: "edit_section", ...skill, heading: "Stops", where: "append", text: "x" } as const;
    expect(await textAfter(edit)).toContain('no heading "Stops"; there are Sum, Steps, Check');
  });
});

describe("nothing is written that was not read", () => {
  test.each<[string, Edit, words: string]>([
    [
      "another hash",
      { op: "replace_text", ...main, find: "TRIES", replace: "x", hash: "0".repeat(12) },
      "is not that of the text you were shown",
    ],
    [
      "no such file",
      { op: "replace_text", ...main, find: "TRIES", replace: "x", path: "harness/other.ts" },
      "does not exist",
    ],
    ["there already", { op: "create", path: "harness/main.ts", content: "x" }, "exists: change it"],
  ])("%s", async (_, edit, words) => {
    expect(await textAfter(edit)).toContain(words);
  });

  test("a file that was not shown, with its right hash", async () => {
    const patch = { title: "t", rationale: "r", edits: [replace({ declaration: "TRIES" }, "x")] };
    expect(await applyPatch(patch, GENOME, new Set())).toEqual({
      kind: "invalid",
      problems: ["harness/main.ts: was not shown to you: it cannot be edited"],
    });
  });
});
