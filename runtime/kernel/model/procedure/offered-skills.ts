/** Finds the skills that a harness put into a text. */
import { splitSkillFile } from "../../../../skills/front-matter.ts";
import { readSections } from "./sections.ts";

export interface OfferedSkill {
  readonly name: string;
  /** What the skill is for, as far as the context says. */
  readonly description: string;
  readonly body: string;
}

const TAG = /<skill((?:\s+[\w-]+\s*=\s*(?:"[^"]*"|'[^']*'))+)\s*>([\s\S]*?)<\/skill>/g;

/** `<skill name="…" dir="…" description="…">body</skill>`, attributes in any order; one without a name is none. */
export function offeredSkills(text: string): OfferedSkill[] {
  return Array.from(text.matchAll(TAG), ([, attributes = "", inside = ""]) => {
    const { frontMatter, body } = splitSkillFile(inside.trim());
    const stated = frontMatter.kind === "missing" ? undefined : frontMatter.value["description"];
    const description =
      attribute(attributes, "description") ??
      (typeof stated === "string" ? stated : (readSections(body.replace(/\r\n?/g, "\n")).get("") ?? ""));
    return { name: attribute(attributes, "name") ?? "", description, body };
  }).filter(({ name }) => name !== "");
}

export function withoutSkills(text: string): string {
  return text.replace(TAG, "");
}

function attribute(attributes: string, name: string): string | undefined {
  const [, double, single] = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes) ?? [];
  return (double ?? single)?.replace(
    /&(quot|apos|lt|gt|amp);/g,
    (_, entity: string) => ENTITIES[entity] ?? "",
  );
}

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: "<", gt: ">", amp: "&" };
