/** The system text: `prompts/system.md` with the lessons and the loaded skills filled in. */
import type { Kernel } from "ratchet-agent/protocol";
import type { Lessons } from "./lessons.ts";
import { promptText } from "./prompts.ts";
import { renderSkill, type Skills } from "./skills.ts";

const FALLBACK =
  "You are an agent that does chores on files in {{workspace}} by calling tools. Finish without a tool call.";
const SKILLS_INTRO = "Skills that may fit the task. Where one does, follow its steps in order.";

/** A section that the template has no placeholder for is put at the end: no prompt can lose a skill or a lesson. */
export function systemText(kernel: Kernel, lessons: Lessons, skills: Skills): string {
  const sections = new Map([
    ["workspace", kernel.hello.workspace],
    ["lessons", lessons.text],
    ["skills", skillsText(skills)],
  ]);
  let template = promptText(kernel, "system", FALLBACK);
  for (const name of ["lessons", "skills"]) {
    if (!template.includes(`{{${name}}}`)) template += `\n\n{{${name}}}`;
  }
  // One pass: a placeholder inside a skill belongs to the skill. An empty section takes its blank lines along.
  const fill = (whole: string, name: string, blank: string) => {
    const section = sections.get(name);
    return section === undefined ? whole : section && section + blank;
  };
  return template.replace(/\{\{(\w+)\}\}(\n*)/g, fill).trim();
}

function skillsText(skills: Skills): string {
  if (skills.loaded.length === 0) return "";
  return [SKILLS_INTRO, ...skills.loaded.map(renderSkill)].join("\n\n");
}
