/** Reads a folder of skills, leniently: what can be used is loaded, what is wrong is reported. */
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { splitSkillFile } from "./front-matter.ts";
import type { Skill, SkillProblem } from "./skill.ts";

/** A SKILL.md larger than this, in bytes, is not loaded: it would not fit into a model's context. */
export const MAX_SKILL_BYTES = 256 * 1024;

export interface LoadedSkills {
  /** In the order of their names. */
  readonly skills: Skill[];
  readonly problems: SkillProblem[];
}

/**
 * Reads `<dir>/*\/SKILL.md`. Folders without a SKILL.md are none of ours; a skill that lies outside `dir` once
 * symbolic links are followed is refused. Never rejects: what cannot be read is a problem.
 */
export async function loadSkills(dir: string): Promise<LoadedSkills> {
  const skills: Skill[] = [];
  const problems: SkillProblem[] = [];
  try {
    const root = await realpath(dir);
    for (const name of (await readdir(root)).toSorted()) {
      const path = join(dir, name, "SKILL.md");
      const problem = (message: string, loaded: boolean): number => problems.push({ path, message, loaded });
      const read = await readSkillFile(root, name);
      if (read.kind === "refused") problem(read.message, false);
      if (read.kind !== "text") continue;
      const { skill, remarks } = toSkill(name, join(dir, name), read.text);
      for (const remark of remarks) problem(remark, skill !== undefined);
      if (skill !== undefined) skills.push(skill);
    }
  } catch (error) {
    problems.push({
      path: dir,
      message: `the skills folder cannot be read: ${describe(error)}`,
      loaded: false,
    });
  }
  return { skills, problems };
}

type Read =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "absent" }
  | { readonly kind: "refused"; readonly message: string };

async function readSkillFile(root: string, name: string): Promise<Read> {
  try {
    const real = await realpath(join(root, name, "SKILL.md"));
    if (!real.startsWith(root + sep)) return refused("it is a link that leads out of the skills folder");
    const info = await stat(real);
    if (!info.isFile()) return refused("it is not a regular file");
    if (info.size > MAX_SKILL_BYTES)
      return refused(`it has ${info.size} bytes; at most ${MAX_SKILL_BYTES} are read`);
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(await readFile(real)) };
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent" };
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return refused("it is not UTF-8 text");
    return refused(`it cannot be read: ${describe(error)}`);
  }
}

function refused(message: string): Read {
  return { kind: "refused", message };
}

function toSkill(name: string, dir: string, text: string): { skill: Skill | undefined; remarks: string[] } {
  const { frontMatter, body } = splitSkillFile(text);
  const frontmatter = frontMatter.kind === "missing" ? {} : frontMatter.value;
  const remarks: string[] = [];
  if (frontMatter.kind === "missing")
    remarks.push("it has no front matter; add name and description between --- lines");
  if (frontMatter.kind === "broken") remarks.push(`line ${frontMatter.line}: ${frontMatter.message}`);
  if (frontmatter["name"] !== name && frontMatter.kind !== "missing") {
    remarks.push(
      `its name is ${JSON.stringify(frontmatter["name"])}, but its folder is ${name}; loaded as ${name}`,
    );
  }
  const given = frontmatter["description"];
  const description = typeof given === "string" && given.trim() !== "" ? given.trim() : firstParagraph(body);
  if (description !== given && frontMatter.kind !== "missing" && typeof given !== "string") {
    remarks.push("it has no description; its first paragraph stands in");
  }
  if (description === "")
    return { skill: undefined, remarks: [...remarks, "it says nothing: no description, no text"] };
  return { skill: { name, description, body, frontmatter, path: join(dir, "SKILL.md"), dir }, remarks };
}

/** First paragraph that is neither a heading nor a code block, or else the first heading. */
function firstParagraph(body: string): string {
  const paragraphs = body.split(/\n\s*\n/).map((paragraph) => paragraph.replace(/\s+/g, " ").trim());
  const prose = paragraphs.find((paragraph) => paragraph !== "" && !/^(?:#|```|~~~)/.test(paragraph));
  return (
    prose ??
    paragraphs.find((paragraph) => paragraph.startsWith("#"))?.replace(/^#+\s*/, "") ??
    ""
  ).slice(0, 1024);
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
