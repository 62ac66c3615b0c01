/**
 * What a careful reader sees in the code without any run: names that nothing uses, numbers without a name, shares above one.
 * Code that once did something and no longer does leaves such traces.
 */
import type { Node, SourceFile, Ts } from "../../../guardrails/syntax.ts";
import type { Unit } from "./units.ts";
import { wordsOf } from "./words.ts";

/** A name that is declared and never used. */
export interface Dangling {
  readonly name: string;
  readonly fn: string;
}

export interface Smell {
  /** 0 to 1. */
  readonly strength: number;
  readonly why: string;
}

/** Imports, parameters, variables and functions of a file that nothing in it mentions again; exports are left out. */
export function danglingIn(ts: Ts, ast: SourceFile): Dangling[] {
  const mentions = new Map<string, number>();
  const declared: Dangling[] = [];
  const visit = (node: Node, fn: string): void => {
    if (ts.isIdentifier(node)) mentions.set(node.text, (mentions.get(node.text) ?? 0) + 1);
    const name = declaredBy(ts, node);
    if (name !== undefined && !name.startsWith("_")) declared.push({ name, fn });
    const inside = ts.isFunctionDeclaration(node) && node.name ? node.name.text : fn;
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(ast, "");
  return declared.filter(({ name }) => mentions.get(name) === 1);
}

function declaredBy(ts: Ts, node: Node): string | undefined {
  if (ts.isImportSpecifier(node) || ts.isBindingElement(node)) return identifier(ts, node.name);
  if (ts.isParameter(node))
    return "body" in node.parent && node.parent.body ? identifier(ts, node.name) : undefined;
  if (ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node))
    return isExported(ts, node) || !node.name ? undefined : identifier(ts, node.name);
  return undefined;
}

function identifier(ts: Ts, name: Node): string | undefined {
  return ts.isIdentifier(name) ? name.text : undefined;
}

function isExported(ts: Ts, node: Node): boolean {
  const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

/** The strongest smell of each unit, in their order. Where an unused name should have been used, units that share its words stand in. */
export function smellsOf(
  units: readonly Unit[],
  dangling: ReadonlyMap<string, readonly Dangling[]>,
): (Smell | undefined)[] {
  return units.map((unit) => {
    const smells = [
      ...ownSmells(unit),
      ...(dangling.get(unit.file) ?? []).flatMap((each) => missed(unit, each)),
    ];
    return smells.toSorted((a, b) => b.strength - a.strength)[0];
  });
}

function ownSmells({ role, numbers }: Unit): Smell[] {
  return numbers.flatMap(({ name, value }) => {
    if (name === undefined) {
      return role !== "constant" && Math.abs(value) > 2
        ? [{ strength: 0.3, why: `${value} has no name` }]
        : [];
    }
    const odd = (SHARE.test(name) && (value > 1 || value <= 0)) || (LIMIT.test(name) && value <= 0);
    return odd ? [{ strength: 1, why: `${name} is ${value}` }] : [];
  });
}

const SHARE = /(?:share|ratio|fraction|cutoff|gain)$|_at$/i;
const LIMIT = /^(?:max|limit)|(?:max|limit)$/i;

function missed(unit: Unit, { name, fn }: Dangling): Smell[] {
  if (unit.role === "constant" || unit.role === "head") return [];
  const why = `${name} is not used`;
  if (unit.writes.has(name) && unit.fn === fn) return [{ strength: 1, why }];
  const shared = wordsOf(name).filter((word) => unit.words.includes(word)).length;
  if (fn !== "" && unit.fn === fn) return [{ strength: Math.min(1, 0.6 + 0.2 * shared), why }];
  return shared > 0 && fn === "" ? [{ strength: Math.min(0.9, 0.3 + 0.2 * shared), why }] : [];
}
