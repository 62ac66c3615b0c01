/** Refuses text that carries a key: a patch ends up in git, in reports and in every model call. */
import { diffLines } from "diff";
import type { Finding } from "../../guardrails/finding.ts";
import { cleaner } from "../../guardrails/secrets.ts";
import type { Proposal } from "../candidate.ts";

/** One finding for each part of a proposal that adds something of the form of a known kind of key: a file's text or path, the title, the rationale. */
export function checkSecrets({
  edits,
  title,
  rationale,
}: Pick<Proposal, "edits" | "title" | "rationale">): Finding[] {
  const clean = cleaner([]);
  const found = (text: string): boolean => clean(text) !== text;
  const inFiles = edits.flatMap(({ path, before = "", after }) => {
    const added = diffLines(before, after).flatMap(({ added: isNew, value }) => (isNew ? [value] : []));
    if (found(path)) return [finding(clean(path), "the path")];
    return added.some(found) ? [finding(path, "the added text")] : [];
  });
  return [
    ...inFiles,
    ...(found(title) ? [finding("", "the title")] : []),
    ...(found(rationale) ? [finding("", "the rationale")] : []),
  ];
}

function finding(path: string, where: string): Finding {
  return { check: "secrets", path, message: `${where} holds what looks like a key or a password` };
}
