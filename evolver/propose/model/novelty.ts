/**
 * Whether a patch is a new idea. Trials are dear, and a patch that differs from an earlier one in its looks, in the names that
 * it makes up or in how it words a text would end as that one did. Another constant, operator or order is another patch.
 */
import { jaccard } from "../../jaccard.ts";
import { diffArrays } from "diff";
import { loadTypeScript, parse } from "../../../guardrails/syntax.ts";
import type { Node } from "../../../guardrails/syntax.ts";
import { codeTokens } from "../../check/tokens.ts";
import type { FileEdit } from "../../candidate.ts";

/** Why it is not new, in words for whoever made it; undefined when it is. `earlier` are patches to the same genome. */
export async function knownAs(
  edits: readonly FileEdit[],
  earlier: readonly { readonly title: string; readonly edits: readonly FileEdit[] }[],
): Promise<string | undefined> {
  const own = await shapeOf(edits);
  for (const { title, edits: others } of earlier) {
    const shape = await shapeOf(others);
    if (shape.exact === own.exact) return `it is the same change as "${title}"`;
    if (shape.code === own.code && alike(shape.words, own.words))
      return `it differs from "${title}" in names and wording only`;
  }
  return undefined;
}

interface Shape {
  /** Tokens and words, as they are. */
  readonly exact: string;
  /** Changed tokens of code, with made-up names and prose abstracted, and which texts it changes. */
  readonly code: string;
  /** Words that it adds to prompts, skills and prose in code, and those that it takes away. */
  readonly words: ReadonlySet<string>;
}

async function shapeOf(edits: readonly FileEdit[]): Promise<Shape> {
  const parts = await Promise.all(
    edits.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map((edit) => partOf(edit)),
  );
  return {
    exact: JSON.stringify(parts.map(({ path, exact }) => [path, exact])),
    code: JSON.stringify(parts.map(({ path, code }) => [path, code])),
    words: new Set(parts.flatMap(({ words }) => words)),
  };
}

interface Part {
  readonly path: string;
  readonly exact: readonly string[];
  readonly code: readonly string[];
  readonly words: readonly string[];
}

async function partOf({ path, before = "", after }: FileEdit): Promise<Part> {
  if (!path.endsWith(".ts")) {
    const changes = diffArrays(wordsOf(before), wordsOf(after));
    return {
      path,
      exact: changes.flatMap(({ added, removed, value }) =>
        added || removed ? [sign(added), ...value] : [],
      ),
      // What a text says are its words; its figures count like code.
      code: changes.flatMap(({ added, value }) => (added ? value.filter((word) => /\d/.test(word)) : [])),
      words: changes.flatMap(({ added, removed, value }) =>
        added ? value : removed ? value.map((word) => `-${word}`) : [],
      ),
    };
  }
  const [was, is] = [await codeTokens(path, before), await codeTokens(path, after)];
  const own = (await declaredIn(path, after)).difference(new Set(was));
  const names = new Map<string, string>();
  let at = 0;
  const exact: string[] = [];
  const code: string[] = [];
  const words: string[] = [];
  for (const { added, removed, value } of diffArrays(was, is)) {
    if (added || removed) {
      exact.push(`${sign(added)}${at}`, ...value);
      code.push(`${sign(added)}${at}`);
      for (const token of value) {
        if (added && isProse(token)) words.push(...wordsOf(token));
        code.push(added ? abstracted(token, own, names) : token);
      }
    }
    if (!added) at += value.length;
  }
  return { path, exact, code, words };
}

/** Names that the patch makes up are told apart by their order only. */
function abstracted(token: string, own: ReadonlySet<string>, names: Map<string, string>): string {
  if (isProse(token)) return "<text>";
  if (!own.has(token)) return token;
  const name = names.get(token) ?? `<name ${names.size}>`;
  names.set(token, name);
  return name;
}

/** Names that the code declares: those of others it only uses. */
async function declaredIn(path: string, text: string): Promise<Set<string>> {
  const ts = await loadTypeScript();
  const names = new Set<string>();
  const visit = (node: Node): void => {
    const isDeclaration =
      ts.isVariableDeclaration(node) ||
      ts.isBindingElement(node) ||
      ts.isParameter(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isInterfaceDeclaration(node);
    if (isDeclaration && node.name !== undefined && ts.isIdentifier(node.name)) names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(parse(ts, path, text));
  return names;
}

/** A text of several words, for people or for a model to read. */
function isProse(token: string): boolean {
  return /^["`}]/.test(token) && wordsOf(token).length >= 3;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_-]+/gu) ?? [];
}

function sign(added: boolean): string {
  return added ? "+" : "-";
}

/** Two that say nothing are alike. */
function alike(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size + b.size === 0 || jaccard(a, b) >= ALIKE;
}

/** Two sentences that say the same in other words share about that much. */
const ALIKE = 0.7;
