/** The strict lint of the skills library as a check of proposals. Warnings are for people, errors stop the patch. */
import type { Finding } from "../../guardrails/finding.ts";
import { lintSkill as lint } from "../../skills/lint.ts";

export function lintSkill(path: string, text: string): Finding[] {
  const folder = path.split("/").at(-2) ?? "";
  return lint(text, folder)
    .filter(({ severity }) => severity === "error")
    .map(({ rule, line, message }) => ({ check: `skill:${rule}`, path, line, message }));
}
