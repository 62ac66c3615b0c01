/** What runs at another time than it should. */
import { calleeOf, commentAbove, eachNode } from "./code.ts";
import type { Code, Finding } from "./code.ts";

/** A call of an asynchronous function whose end nobody waits for. */
export function notAwaited(code: Code): Finding[] {
  const { ts, functions } = code;
  return eachNode(code, (node, found) => {
    if (!ts.isExpressionStatement(node)) return [];
    const { expression } = node;
    const call = ts.isVoidExpression(expression) ? expression.expression : expression;
    if (!ts.isCallExpression(call)) return [];
    const called = functions.get(calleeOf(ts, call) ?? "");
    const isAsync = called?.type?.getText().startsWith("Promise") ?? false;
    return isAsync ? [found(1, "nobody waits for its end")] : [];
  });
}

const IN_ORDER = /one after (?:the other|another)|in (?:their|this|the) order|sequential|\brace\b/i;
const FOR_EACH = /\b(?:one|an? \w+) for each\b|\b(?:for|of) (?:each|every|all)\b/i;

/** Code that does otherwise than the comment above it, or above its file, says. */
export function against(code: Code): Finding[] {
  const { ts } = code;
  return eachNode(code, (node, found) => {
    const fn = ts.findAncestor(node.parent, ts.isFunctionDeclaration);
    if (!fn) return [];
    const said = commentAbove(ts, fn);
    if (ts.isCallExpression(node) && /^Promise\.(?:all|race|allSettled)$/.test(node.expression.getText())) {
      const head = fn.getSourceFile().statements[0];
      return IN_ORDER.test(`${said} ${head ? commentAbove(ts, head) : ""}`)
        ? [found(1, "at once, where the comment says in order")]
        : [];
    }
    const leaves = ts.isBreakStatement(node) && ts.findAncestor(node, isLoop);
    return leaves && FOR_EACH.test(said) ? [found(0.6, "leaves the loop, where the comment says each")] : [];
  });

  function isLoop(node: Parameters<typeof ts.isForOfStatement>[0]): boolean {
    return ts.isForOfStatement(node) || ts.isForStatement(node) || ts.isWhileStatement(node);
  }
}
