/** Refuses edits that change bytes and nothing else: they would pass every comparison without being a fix. */
import type { Finding } from "../../guardrails/finding.ts";
import { loadTypeScript, parse } from "../../guardrails/syntax.ts";
import type { Node, Ts } from "../../guardrails/syntax.ts";
import type { FileEdit } from "../candidate.ts";

/** One finding for each edit without effect. Code is compared by its tokens, text by its lines without trailing blanks. */
export async function checkNoOp(edits: readonly FileEdit[]): Promise<Finding[]> {
  const findings = await Promise.all(edits.map(async (edit) => ({ edit, same: await isNoOp(edit) })));
  return findings.flatMap(({ edit, same }) =>
    same ? [{ check: "no-op", path: edit.path, message: `the ${same} as before: nothing would change` }] : [],
  );
}

async function isNoOp({ path, before, after }: FileEdit): Promise<string | undefined> {
  if (before === undefined) return undefined;
  if (before === after) return "bytes are the same";
  if (!path.endsWith(".ts")) return trimmed(before) === trimmed(after) ? "text is the same" : undefined;
  const ts = await loadTypeScript();
  return tokens(ts, path, before) === tokens(ts, path, after) ? "code is the same" : undefined;
}

function trimmed(text: string): string {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .join("\n")
    .trim();
}

/** All tokens without comments, white space, trailing commas, semicolons and the choice of quotes. */
function tokens(ts: Ts, path: string, text: string): string {
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
  return found.join("\n");
}
