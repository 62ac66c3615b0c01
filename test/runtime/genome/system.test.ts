import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { run } from "../../../runtime/genome/harness/main.ts";
import type { SkillText } from "../../../runtime/kernel/protocol.ts";
import { play, reply } from "../../helpers/scripted-kernel.ts";

const lesson = "When you see `no such host`, repeat the step.";
const skill: SkillText = {
  name: "chore",
  description: "do the chore",
  body: "Open {{file}}, $& and {{lessons}}.",
  dir: "/s",
};

async function systemOf(prompts: Record<string, string>, skills: SkillText[] = []): Promise<string> {
  const { kernel } = await play(run, { prompts, skills, replies: [reply("Done.")] });
  return kernel.requests[0]?.system ?? "";
}

test("the template is filled in", async () => {
  const system = await systemOf(
    { system: "In {{workspace}}.\n{{lessons}}\n{{skills}}\nEnd.", lessons: lesson },
    [skill],
  );
  expect(system).toMatch(
    /^In \/workspace\.\nWhen you see `no such host`, repeat the step\.\nSkills [^]*<\/skill>\nEnd\.$/,
  );
});

test("a template without placeholders loses neither lessons nor skills", async () => {
  const system = await systemOf({ system: "Be good.", lessons: lesson }, [skill]);
  expect(system).toContain(lesson);
  expect(system).toContain('<skill name="chore"');
});

test("what looks like a placeholder inside a skill belongs to the skill", async () => {
  const system = await systemOf({ system: "{{skills}} {{other}}", lessons: lesson }, [skill]);
  expect(system).toContain("Open {{file}}, $& and {{lessons}}.");
  expect(system).toContain("{{other}}");
});

test("a file of lessons that holds only its heading adds nothing", async () => {
  expect(await systemOf({ system: "A.\n\n{{lessons}}\n\nB.", lessons: "# Lessons\n\n" })).toBe("A.\n\nB.");
});

test.each([
  ["missing", {}],
  ["blank", { system: " \n" }],
])("a %s system prompt has a fallback", async (_name, prompts) => {
  expect(await systemOf({ ...prompts })).toContain("/workspace");
});

test("carriage returns and byte order marks are taken out", async () => {
  expect(await systemOf({ system: "\uFEFFA\r\nB\r\n" })).toBe("A\nB");
});

test("the shipped prompts are complete, and hold no lesson by accident", async () => {
  const names = ["system", "lessons", "nudge", "compaction"];
  const files = names.map((name) => [
    name,
    readFileSync(new URL(`../../../runtime/genome/prompts/${name}.md`, import.meta.url), "utf8"),
  ]);
  const prompts: Record<string, string> = Object.fromEntries(files);
  expect(prompts["system"]).toContain("{{workspace}}");
  expect(prompts["system"]).toContain("{{lessons}}");
  expect(prompts["system"]).toContain("{{skills}}");
  for (const text of Object.values(prompts)) expect(text).not.toContain("When you see `");
  const system = await systemOf(prompts, [skill]);
  expect(system).toContain('<skill name="chore"');
  expect(system).not.toContain("{{workspace}}");
});
