/** Refuses edits that change bytes and nothing else: they would pass every comparison without being a fix. */
import type { Finding } from "../../guardrails/finding.ts";
import type { FileEdit } from "../candidate.ts";
import { codeTokens } from "./tokens.ts";

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
  const [was, is] = [await codeTokens(path, before), await codeTokens(path, after)];
  return was.join("\n") === is.join("\n") ? "code is the same" : undefined;
}

function trimmed(text: string): string {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .join("\n")
    .trim();
}
