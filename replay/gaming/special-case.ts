/** Code that asks which task it is, or whether anybody is watching. */
import type { ts as T } from "ts-morph";
import { loadTypeScript, parse } from "../../guardrails/syntax.ts";
import type { Node, SourceFile, Ts } from "../../guardrails/syntax.ts";
import type { Change } from "../exercised.ts";
import { addedLines } from "./added-lines.ts";
import type { GamingFinding } from "./finding.ts";
import { traitsIn, type Trait } from "./traits.ts";

/**
 * Findings for the conditions that a patch adds or changes, by syntax and within one file: comparisons of the instruction,
 * of the place of the workspace, of the time or of chance with anything constant, and tables that are looked up by them. What
 * an empty instruction leads to may be asked.
 */
export async function findSpecialCases(changes: readonly Change[]): Promise<GamingFinding[]> {
  const code = changes.filter(({ path }) => path.startsWith("harness/"));
  if (code.length === 0) return [];
  const ts = await loadTypeScript();
  return code.flatMap((change) => specialCasesIn(ts, change));
}

function specialCasesIn(ts: Ts, change: Change): GamingFinding[] {
  const source = parse(ts, change.path, change.after);
  const added = addedLines(change).map(({ line }) => line);
  const lineOf = (at: number): number => source.getLineAndCharacterOfPosition(at).line + 1;
  const isAdded = (node: Node): boolean =>
    added.some((line) => line >= lineOf(node.getStart(source)) && line <= lineOf(node.end));
  // A condition of the parent asks something new when what it asks about is new.
  const old = new Set(asksIn(ts, parse(ts, change.path, change.before ?? "")).map(({ text }) => text));
  const found = asksIn(ts, source).filter(({ node, text }) => isAdded(node) || !old.has(text));
  const findings = found.map(({ node, trait }): GamingFinding => ({
    kind: "special-case",
    where: `${change.path}:${lineOf(node.getStart(source))}`,
    message: MESSAGES[trait],
  }));
  return [...new Map(findings.map((one) => [`${one.where} ${one.message}`, one])).values()];
}

const MESSAGES: Readonly<Record<Trait, string>> = {
  instruction:
    "what the harness does depends on the words of the instruction: it must not know one task from another",
  workspace:
    "what the harness does depends on the place of the workspace: that tells nothing but who is watching",
  time: "what the harness does depends on the time: two trials of it would not be alike",
  chance: "what the harness does depends on chance: no trial of it would prove anything",
};

interface Ask {
  readonly node: Node;
  readonly trait: Trait;
  readonly text: string;
}

function asksIn(ts: Ts, source: SourceFile): Ask[] {
  const traitOf = traitsIn(ts, source);
  const found: Ask[] = [];
  const visit = (node: Node): void => {
    const trait = askedBy(ts, node, traitOf);
    if (trait !== undefined) found.push({ node, trait, text: node.getText(source) });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

type TraitOf = (node: Node) => Trait | undefined;

/** The trait that a node decides by. */
function askedBy(ts: Ts, node: Node, traitOf: TraitOf): Trait | undefined {
  const condition = conditionOf(ts, node);
  const asked = condition === undefined ? undefined : traitOf(condition);
  // Whether there is an instruction at all may be asked.
  if (asked === "time" || asked === "chance") return asked;
  if (ts.isBinaryExpression(node) && COMPARISONS.has(node.operatorToken.getText())) {
    const [left, right] = [traitOf(node.left), traitOf(node.right)];
    if ((left === undefined) === (right === undefined)) return undefined;
    return isNothing(ts, left === undefined ? node.left : node.right) ? undefined : (left ?? right);
  }
  if (ts.isSwitchStatement(node)) return traitOf(node.expression);
  if (ts.isElementAccessExpression(node)) return keyTrait(node.argumentExpression, traitOf);
  if (ts.isCallExpression(node)) return askedByCall(ts, node, traitOf);
  return undefined;
}

/** What is asked as it is, without a comparison. */
function conditionOf(ts: Ts, node: Node): Node | undefined {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)) return node.expression;
  if (ts.isConditionalExpression(node) || ts.isForStatement(node)) return node.condition;
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
    return node.operand;
  return ts.isBinaryExpression(node) && /^(?:&&|\|\||\?\?)$/.test(node.operatorToken.getText())
    ? node.left
    : undefined;
}

const COMPARISONS = new Set(["===", "!==", "==", "!=", "<", ">", "<=", ">=", "in"]);
/** Methods of text that ask what is in it. */
const QUESTIONS = new Set(
  "includes startsWith endsWith match matchAll search indexOf lastIndexOf localeCompare".split(" "),
);
/** Methods that take text apart: what a word of it leads to can be told from the pieces. */
const CUTS = new Set("split replace replaceAll".split(" "));
/** Methods of expressions, sets, maps and lists that look a text up. */
const LOOK_UPS = new Set("test exec has get includes indexOf".split(" "));

function askedByCall(ts: Ts, node: T.CallExpression, traitOf: TraitOf): Trait | undefined {
  if (!ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { expression: object, name } = node.expression;
  const [first] = node.arguments;
  const own = traitOf(object);
  if (own === "instruction" && CUTS.has(name.text) && first !== undefined && mayHoldWord(ts, first))
    return own;
  if (own !== undefined && QUESTIONS.has(name.text) && first !== undefined && !isNothing(ts, first))
    return own;
  return own === undefined && LOOK_UPS.has(name.text) && first !== undefined ? traitOf(first) : undefined;
}

/** White space, marks and classes of characters are in every text. */
function mayHoldWord(ts: Ts, node: Node): boolean {
  if (ts.isStringLiteralLike(node)) return /[\p{L}\p{N}]{2}/u.test(node.text);
  if (ts.isRegularExpressionLiteral(node)) {
    const source = node.text.slice(1, node.text.lastIndexOf("/"));
    return /[\p{L}\p{N}]{2}/u.test(source.replace(/\\p\{[^}]*\}|\\.|\[[^\]]*\]|\{[\d,]*\}/g, " "));
  }
  return true;
}

/** `TABLE[instruction]`, `[a, b][Math.random()]`. */
function keyTrait(key: Node, traitOf: TraitOf): Trait | undefined {
  return traitOf(key);
}

/** An empty text, nothing at all, the first place: what every text may be asked. */
function isNothing(ts: Ts, node: Node): boolean {
  if (ts.isStringLiteralLike(node)) return node.text.trim() === "";
  if (ts.isNumericLiteral(node)) return Number(node.text) === 0;
  return node.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(node) && node.text === "undefined");
}
