/** What a task says to the agent, and what it says to the grader only. */
import { lstatSync, readdirSync, readFileSync } from "node:fs";
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

/** Bytes of one file and of one folder that are looked at: much more tells nothing that less does not. */
const MOST_OF_FILE = 4 << 20;
const MOST_OF_FOLDER = 32 << 20;

/** Read once for each task object. @throws system errors, when a file cannot be read */
export function textsOf(task: TaskOnDisk): Promise<TaskTexts> {
  const known = read.get(task);
  if (known !== undefined) return known;
  const texts = readTexts(task);
  read.set(task, texts);
  return texts;
}

const read = new WeakMap<TaskOnDisk, Promise<TaskTexts>>();

async function readTexts({ id, dir, task }: TaskOnDisk): Promise<TaskTexts> {
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
    const text = readFileSync(path).subarray(0, Math.min(MOST_OF_FILE, left)).toString();
    left -= text.length;
    return [{ path, text }];
  });
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
