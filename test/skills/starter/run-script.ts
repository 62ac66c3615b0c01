/** Runs a script of a starter skill on real files in a scratch folder. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

const SKILLS = join(import.meta.dirname, "../../../skills");

export async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "ratchet-skill-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), content);
  }
  return dir;
}

/** @param script `skill/script` without the ending */
export function runScript(
  cwd: string,
  script: string,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const [skill = "", name = ""] = script.split("/");
  const path = join(SKILLS, skill, "scripts", `${name}.mjs`);
  return new Promise((resolve) => {
    execFile(process.execPath, [path, ...args], { cwd }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, out, err });
    });
  });
}
