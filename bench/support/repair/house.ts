/** The library and the lessons of the homes in which faults are repaired: what scenarios ask for, and what only looks like it. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git } from "../../../runtime/kernel/git.ts";
import { initHome } from "../../../runtime/kernel/home/init.ts";

const KINDS = Array.from({ length: 9 }, (_, i) => i);

/** As editors on some systems leave it. */
const LESSONS = [
  "# Lessons",
  "",
  ...KINDS.map((i) => `- Slips of kind ${i} bear the stamp H-${40 + i}`),
  "",
].join("\r\n");

const PLATES = `---
name: opaque-binary
description: A binary item of which no bytes are shown; how it is kept.
---

${KINDS.map((i) => `Tray for case c${i}: D-${17 + i}`).join("\n")}
`;

const MAPS = `---
name: archive-maps
description: Register a parish map in the archive of maps, with its shelf mark.
---

${KINDS.map((i) => `Shelf mark for maps of kind ${i}: M-${60 + i}`).join("\n")}
`.replaceAll("\n", "\r\n");

/** They share a word or two with a task of the archive, and help nobody. */
const OTHERS = ["letters", "deeds", "seals", "accounts", "wills", "prints"].map((what) => ({
  name: `archive-${what}`,
  text: `---\nname: archive-${what}\ndescription: How ${what} come into the archive.\n---\n\nPut ${what} into a box, and the box on the pile.\n`,
}));

const AGENT = `version: 1
name: repair
model: { provider: procedure, output_tokens: 1000 }
budgets: { steps: 60, tokens: 2000000, seconds: 60 }
evolution:
  suite: repair
  safety: guard
  promotion: auto
  proposers: [distill, operators]
  parallel: 3
  search: { candidates: 400, seconds: 40 }
`;

/** A home with the shipped harness, the house's library and lessons, committed; without any task. @returns its folder */
export async function houseAt(dir: string): Promise<string> {
  const home = await initHome(dir, "default");
  await rm(join(home, "skills"), { recursive: true });
  await rm(join(home, "tasks"), { recursive: true });
  const skills = [{ name: "opaque-binary", text: PLATES }, { name: "archive-maps", text: MAPS }, ...OTHERS];
  for (const { name, text } of skills) {
    await mkdir(join(home, "skills", name), { recursive: true });
    await writeFile(join(home, "skills", name, "SKILL.md"), text);
  }
  await writeFile(join(home, "prompts", "lessons.md"), LESSONS);
  await writeFile(join(home, "agent.yaml"), AGENT);
  await commitAll(home, "Move into the house");
  return home;
}

export async function commitAll(home: string, message: string): Promise<void> {
  // As it is: line ends are part of what is tested.
  await git(home).run(["-c", "core.autocrlf=false", "-c", "core.safecrlf=false", "add", "--all", "--force"]);
  await git(home).run(["commit", "--quiet", "-m", message]);
}
