/** What the model knows before it begins: the system prompt, the lessons, and the skills that fit the task best. */
import type { Kernel, SkillText } from "ratchet-agent/protocol";

const MAX_SKILLS = 3;

export async function systemText(kernel: Kernel): Promise<string> {
  const { prompts, instruction } = kernel.hello;
  const hits = await kernel.skills.search(instruction, MAX_SKILLS);
  const skills = await Promise.all(hits.map((hit) => kernel.skills.load(hit.name)));
  return [prompts["system"], prompts["lessons"], ...skills.map(render)]
    .filter((part) => part !== undefined)
    .join("\n\n");
}

function render(skill: SkillText): string {
  return `<skill name="${skill.name}" dir="${skill.dir}">\n${skill.body}\n</skill>`;
}
