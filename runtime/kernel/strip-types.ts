/** TypeScript to JavaScript by blanking types out, so that every line and column stays where it was. */
import { stripTypeScriptTypes } from "node:module";

export type Stripped =
  | { readonly ok: true; readonly code: string }
  /** `line` counts from 1; 1 when node did not say. */
  | { readonly ok: false; readonly line: number; readonly message: string };

/** Never throws for what is in `source`: enums, namespaces and syntax errors come back as `ok: false`. */
export function stripTypes(source: string): Stripped {
  try {
    return { ok: true, code: quietly(() => stripTypeScriptTypes(source, { mode: "strip" })) };
  } catch (error) {
    if (!(error instanceof Error) || !isSyntax(error)) throw error;
    // Node puts the place in front of the stack only: `<url>:<line>`, then the source line.
    const line = /^[^\n]*:(\d+)\n/.exec(error.stack ?? "")?.[1];
    return { ok: false, line: Number(line ?? 1), message: error.message };
  }
}

/** Node warns at the first call that this may change. The version is pinned, so nobody has to be told. */
function quietly<T>(strip: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return strip();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function isSyntax(error: Error): boolean {
  const code = "code" in error ? error.code : undefined;
  return code === "ERR_INVALID_TYPESCRIPT_SYNTAX" || code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX";
}
