/** What a task says to the agent, and what it says to the grader only. */
import { accessSync, closeSync, lstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join, sep } from "node:path";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import { loadTypeScript, parse } from "../../guardrails/syntax.ts";
import type { Node } from "../../guardrails/syntax.ts";

export interface TaskTexts {
  readonly id: string;
  readonly instruction: string;
  /** Expected answers, and the texts in scripts that check. */
  readonly secrets: readonly string[];
  /** What the agent finds: of a large workspace a part. */
  readonly workspace: readonly string[];
}

/** Bytes of one file and of one folder that are looked at. Of a longer answer nobody copies the end alone. */
const MOST_OF_FILE = 64 << 10;
const MOST_OF_FOLDER = 256 << 10;

/** @throws system errors, when a file cannot be read */
export async function textsOf({ id, dir, task }: TaskOnDisk): Promise<TaskTexts> {
  // Either folder may be absent. That the whole task is, is another matter.
  accessSync(join(dir, "task.yaml"));
  // What a service says is heard by every agent that asks it.
  const services = new Set(task.services.map(({ script }) => join(dir, "verify", script)));
  const secrets: string[] = [];
  for (const { path, text } of filesBelow(join(dir, "verify"))) {
    if (services.has(path)) continue;
    if (/\.[cm]?[jt]s$/.test(path)) secrets.push(...(await literalsIn(path, text)));
    else secrets.push(text);
  }
  const workspace = filesBelow(join(dir, "workspace")).map(({ text }) => text);
  return { id, instruction: task.instruction, secrets, workspace };
}

function filesBelow(root: string): { readonly path: string; readonly text: string }[] {
  if (lstatSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.split(sep).includes(".git"))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  let left = MOST_OF_FOLDER;
  return files.flatMap((path) => {
    if (left <= 0) return [];
    const text = beginningOf(path, Math.min(MOST_OF_FILE, left));
    left -= text.length;
    return [{ path, text }];
  });
}

function beginningOf(path: string, bytes: number): string {
  const fd = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.subarray(0, readSync(fd, buffer, 0, bytes, 0)).toString();
  } finally {
    closeSync(fd);
  }
}

/** The strings and numbers of a script; the rest of it is as in any other. */
async function literalsIn(path: string, text: string): Promise<string[]> {
  const ts = await loadTypeScript();
  const found: string[] = [];
  const visit = (node: Node): void => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node) || ts.isTemplateLiteralToken(node))
      found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(parse(ts, path, text));
  return found;
}
