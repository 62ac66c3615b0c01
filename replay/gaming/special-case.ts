/** Code that asks which task it is, or whether anybody is watching. */
import { loadTypeScript, parse } from "../../guardrails/syntax.ts";
import type { Change } from "../exercised.ts";
import type { GamingFinding } from "./finding.ts";

/** Findings for the conditions that a patch adds or changes. */
export async function findSpecialCases(changes: readonly Change[]): Promise<GamingFinding[]> {
  const code = changes.filter(({ path }) => path.startsWith("harness/"));
  if (code.length === 0) return [];
  const ts = await loadTypeScript();
  for (const { path, after } of code) parse(ts, path, after);
  return [];
}
