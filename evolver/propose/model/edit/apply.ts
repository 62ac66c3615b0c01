/** From the edits of a patch to whole files. Nothing is written that was not read: each edit names the text it was made from. */
import type { FileEdit } from "../../../candidate.ts";
import type { Edit, Patch } from "../tool.ts";
import { editCode } from "./code.ts";
import { contentHash } from "./hash.ts";
import type { Edited } from "./outcome.ts";
import { editText } from "./text.ts";

export type Applied =
  | { readonly kind: "applied"; readonly edits: readonly FileEdit[] }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

/**
 * `shown` are the files whose text the model has seen. Several edits of one file are made one after the other; all of them
 * name the hash of the text that was shown.
 */
export async function applyPatch(
  patch: Patch,
  genome: ReadonlyMap<string, string>,
  shown: ReadonlySet<string>,
): Promise<Applied> {
  const problems: string[] = [];
  const texts = new Map<string, string>();
  for (const edit of patch.edits) {
    const { path } = edit;
    const unread = unreadProblem(edit, genome, shown);
    const edited =
      unread === undefined ? await apply(edit, texts.get(path) ?? genome.get(path)) : { problem: unread };
    if ("problem" in edited) problems.push(`${path}: ${edited.problem}`);
    else texts.set(path, edited.text);
  }
  if (problems.length > 0) return { kind: "invalid", problems };
  return {
    kind: "applied",
    edits: [...texts].map(([path, after]) => ({ path, before: genome.get(path), after })),
  };
}

function unreadProblem(
  edit: Edit,
  genome: ReadonlyMap<string, string>,
  shown: ReadonlySet<string>,
): string | undefined {
  const present = genome.get(edit.path);
  if (edit.op === "create")
    return present === undefined ? undefined : "exists: change it with the other edits";
  if (present === undefined) return "does not exist: create it, or name an existing file";
  if (!shown.has(edit.path)) return "was not shown to you: it cannot be edited";
  const hash = contentHash(present);
  return edit.hash === hash
    ? undefined
    : `the hash ${JSON.stringify(edit.hash)} is not that of the text you were shown, which has ${hash}: read it again before you change it`;
}

async function apply(edit: Edit, current: string | undefined): Promise<Edited> {
  if (edit.op === "create")
    return current === undefined ? { text: edit.content } : { problem: "this patch creates it twice" };
  if (current === undefined) return { problem: "does not exist" };
  switch (edit.op) {
    case "replace_text":
      return replaceOnce(current, edit.find, edit.replace);
    case "replace_code":
    case "insert_code":
    case "add_import":
      return edit.path.endsWith(".ts")
        ? editCode(edit.path, current, edit)
        : { problem: `${edit.op} is for .ts files; use edit_section` };
    case "edit_section":
    case "set_field":
      return edit.path.endsWith(".md")
        ? editText(current, edit)
        : { problem: `${edit.op} is for .md files; use replace_code or insert_code` };
    default:
      return edit satisfies never;
  }
}

function replaceOnce(current: string, find: string, replace: string): Edited {
  const times = current.split(find).length - 1;
  // A function, because `$&` in a replacement text is no placeholder here.
  if (times === 1) return { text: current.replace(find, () => replace) };
  const clue = JSON.stringify(find.length > 80 ? `${find.slice(0, 80)}…` : find);
  return times === 0
    ? { problem: `${clue} does not occur in the file` }
    : { problem: `${clue} occurs ${times} times: take more of the text around it` };
}
