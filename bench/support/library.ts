/** A library of skills and lessons of any size, made from the sentences of real skills. The same seed gives the same texts. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { random } from "../../replay/gate/random.ts";
import { packageFile } from "../../runtime/kernel/package.ts";
import { splitSkillFile } from "../../skills/front-matter.ts";
import { words } from "../../skills/words.ts";

export interface Library {
  readonly skills: readonly { readonly name: string; readonly description: string; readonly body: string }[];
  readonly lessons: readonly string[];
}

/** Sentences of the starter skills, and with `data` of the published skills there. */
export async function realSentences(data: string | undefined): Promise<string[]> {
  const folder = packageFile("skills");
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const own = await Promise.all(names.map(({ name }) => readFile(join(folder, name, "SKILL.md"), "utf8")));
  const published = data === undefined ? [] : await publishedSkills(data);
  return [...own, ...published].flatMap((text) => {
    const { body, frontMatter } = splitSkillFile(text);
    const about = frontMatter.kind === "missing" ? "" : frontMatter.value["description"];
    return `${typeof about === "string" ? about : ""}\n${body}`
      .split(/(?<=[.!?])\s+|\n+/)
      .map((sentence) => sentence.trim())
      .filter((sentence) => words(sentence).length >= 4);
  });
}

/** Half of the entries are skills of eight sentences, half are lessons. Each has words of its own, rare ones and common ones. */
export function makeLibrary(sentences: readonly string[], size: number, seed: string): Library {
  const draw = random(seed);
  const pick = <T>(items: readonly T[], otherwise: T): T =>
    items[Math.floor(draw() * items.length)] ?? otherwise;
  const sentence = (): string => varied(pick(sentences, ""), draw);
  const count = Math.floor(size / 2);
  const skills = Array.from({ length: count }, (_, at) => ({
    name: `${pick(words(pick(sentences, "")), "do")}-${pick(words(pick(sentences, "")), "it")}-${at}`,
    description: sentence(),
    body: Array.from({ length: 8 }, sentence).join(" "),
  }));
  const lessons = Array.from({ length: size - count }, () => {
    const error = sentence().replaceAll("`", "'").slice(0, 80);
    return `When you see \`error: ${error}\`, run \`${sentence().replaceAll("`", "'").slice(0, 60)}\`, then repeat the step.`;
  });
  return { skills, lessons };
}

/** One word in eight is another one, drawn from 20,000 so that few are frequent and many are rare. */
function varied(sentence: string, draw: () => number): string {
  return sentence.replace(/\p{L}{4,}/gu, (word) =>
    draw() < 1 / 8 ? `${word.slice(0, 3)}${Math.floor(20_000 * draw() ** 3).toString(36)}` : word,
  );
}

const Row = z.object({ skill_md: z.string() });

async function publishedSkills(data: string): Promise<string[]> {
  const text = await readFile(join(data, "anthropic_skills_apache.jsonl"), "utf8");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => Row.parse(JSON.parse(line)).skill_md);
}
