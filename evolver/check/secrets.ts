/** Refuses text that carries a key: a patch ends up in git, in reports and in every model call. */
import { diffLines } from "diff";
import type { Finding } from "../../guardrails/finding.ts";
import { cleaner } from "../../guardrails/secrets.ts";
import type { FileEdit } from "../candidate.ts";

/** One finding for each edit that adds something of the form of a known kind of key. */
export function checkSecrets(edits: readonly FileEdit[]): Finding[] {
  const clean = cleaner([]);
  return edits.flatMap(({ path, before = "", after }) => {
    const added = diffLines(before, after).flatMap(({ added: isNew, value }) => (isNew ? [value] : []));
    return added.some((text) => clean(text) !== text)
      ? [{ check: "secrets", path, message: "the added text holds what looks like a key or a password" }]
      : [];
  });
}
