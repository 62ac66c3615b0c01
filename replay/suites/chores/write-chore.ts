/** Puts one task on disk in the layout that `runtime/kernel/suite/task.ts` describes. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { Task } from "../../../runtime/kernel/suite/task.ts";
import type { Chore } from "./chore.ts";
import { writeRepository } from "./repository.ts";

/** @throws Error when `dir` exists already */
export async function writeChore(dir: string, chore: Chore): Promise<void> {
  const task = Task.parse({
    version: 1,
    instruction: chore.instruction,
    verify: chore.checks,
    services: chore.services ?? [],
    protect: [...(chore.protect ?? [])],
  });
  await mkdir(dirname(dir), { recursive: true });
  await mkdir(dir);
  await writeFiles(join(dir, "workspace"), chore.workspace);
  await writeFiles(join(dir, "verify"), chore.truth);
  if (chore.history !== undefined) await writeRepository(join(dir, "workspace"), chore.history);
  await writeFile(join(dir, "task.yaml"), stringify(task, { lineWidth: 110 }));
}

async function writeFiles(root: string, files: Chore["workspace"]): Promise<void> {
  const folders = new Set(Object.keys(files).map((path) => dirname(join(root, path))));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  await Promise.all(Object.entries(files).map(([path, content]) => writeFile(join(root, path), content)));
}
