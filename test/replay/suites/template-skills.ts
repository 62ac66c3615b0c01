/** The skills that a new home has, for tests of suites and templates. */
import { cp, readdir } from "node:fs/promises";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../../..");

/** The genome of a new home: starter skills with the files of the template laid over them. */
export async function skillsOf(template: string | undefined, into: string): Promise<string> {
  for (const name of await starterSkills()) {
    await cp(join(ROOT, "skills", name), join(into, name), { recursive: true });
  }
  const overlay = join(ROOT, "runtime/genome/templates", template ?? "", "skills");
  if (template !== undefined) await cp(overlay, into, { recursive: true, force: true });
  return into;
}

async function starterSkills(): Promise<string[]> {
  const entries = await readdir(join(ROOT, "skills"), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
