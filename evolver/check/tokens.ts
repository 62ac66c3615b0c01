/** Code as its tokens: what stays the same when only its looks change. */
import { loadTypeScript, parse } from "../../guardrails/syntax.ts";
import type { Node } from "../../guardrails/syntax.ts";

/** All tokens without comments, white space, trailing commas, semicolons and the choice of quotes. */
export async function codeTokens(path: string, text: string): Promise<string[]> {
  const ts = await loadTypeScript();
  const source = parse(ts, path, text);
  const found: string[] = [];
  const visit = (node: Node): void => {
    const children = node.getChildren(source);
    if (children.length > 0) return children.forEach(visit);
    // Comments of documentation are children too.
    if (ts.isJSDoc(node)) return;
    const token = ts.isStringLiteralLike(node) ? JSON.stringify(node.text) : node.getText(source);
    if (token === ";" || token === "") return;
    if (/^[)\]}]$/.test(token) && found.at(-1) === ",") found.pop();
    found.push(token);
  };
  visit(source);
  return found;
}
