/** What the patterns of mistakes look at: all files of a harness, parsed, and the functions that they define. */
import type { ts as TypeScript } from "ts-morph";
import type { Node, SourceFile, Ts } from "../../../../guardrails/syntax.ts";

export type FunctionNode = TypeScript.SignatureDeclaration & { readonly body?: Node };
export type CallNode = TypeScript.CallExpression;

export interface Code {
  readonly ts: Ts;
  readonly files: ReadonlyMap<string, SourceFile>;
  /** Functions at the top of a file, by name; a name that two files have is left out. */
  readonly functions: ReadonlyMap<string, FunctionNode>;
}

/** A place that a careful reader would stumble over, whatever the runs show. */
export interface Finding {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 0 to 1: how seldom good code looks like this. */
  readonly strength: number;
  readonly why: string;
}

export function codeOf(ts: Ts, files: ReadonlyMap<string, SourceFile>): Code {
  const all = new Map<string, FunctionNode[]>();
  for (const ast of files.values()) {
    for (const statement of ast.statements) {
      if (ts.isFunctionDeclaration(statement) && statement.name) {
        const { text } = statement.name;
        all.set(text, [...(all.get(text) ?? []), statement]);
      }
    }
  }
  const once = [...all].flatMap(([name, [only, ...others]]) =>
    only && others.length === 0 ? [[name, only] as const] : [],
  );
  return { ts, files, functions: new Map(once) };
}

/** Each node of each file with a way to report it. */
export function eachNode(
  { ts, files }: Code,
  look: (node: Node, found: (strength: number, why: string) => Finding) => readonly Finding[],
): Finding[] {
  const findings: Finding[] = [];
  for (const [file, ast] of files) {
    const visit = (node: Node): void => {
      const found = (strength: number, why: string): Finding => {
        const { line } = ast.getLineAndCharacterOfPosition(node.getStart(ast));
        return { file, line: line + 1, strength, why };
      };
      findings.push(...look(node, found));
      ts.forEachChild(node, visit);
    };
    visit(ast);
  }
  return findings;
}

/** The name of what is called: `f` of `f(x)` and of `a.f(x)`. */
export function calleeOf(ts: Ts, { expression }: CallNode): string | undefined {
  if (ts.isIdentifier(expression)) return expression.text;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : undefined;
}

/** The last name in an expression: `limits.bytes` and `bytes` have the same. */
export function lastName(ts: Ts, node: Node): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  return ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node)
    ? lastName(ts, node.expression)
    : undefined;
}

/** The comment just above a node, and that of its line. */
export function commentAbove(ts: Ts, node: Node): string {
  const { text } = node.getSourceFile();
  const ranges = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  return ranges.map(({ pos, end }) => text.slice(pos, end)).join(" ");
}

/** What a value is bound to: a variable, a property, a parameter's default, or the function that returns it. */
export function boundTo(ts: Ts, node: Node): string | undefined {
  for (let at: Node = node; ; at = at.parent) {
    const { parent } = at;
    if (parent === undefined || ts.isBlock(parent) || ts.isCallExpression(parent)) return undefined;
    if (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === at)) {
      const fn = ts.findAncestor(parent, (each) => ts.isFunctionDeclaration(each));
      return fn && ts.isFunctionDeclaration(fn) ? fn.name?.text : undefined;
    }
    if (
      (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isParameter(parent)) &&
      (ts.isIdentifier(parent.name) || ts.isStringLiteral(parent.name))
    )
      return parent.name.text;
  }
}
