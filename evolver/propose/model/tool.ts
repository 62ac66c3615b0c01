/** The one way for a language model to answer: a typed patch. */
import { z } from "zod";
import type { ToolSpec } from "../../../runtime/kernel/protocol.ts";

const path = z.string().describe("file of the genome, as it is named above");
const hash = z
  .string()
  .describe("the hash that stands beside the file's name above: it says which text you read");
const code = z.string().describe("TypeScript, with any indentation; it is fitted to its place");

export const STATEMENT_KINDS = [
  "break",
  "continue",
  "declaration",
  "do",
  "expression",
  "for",
  "if",
  "return",
  "switch",
  "throw",
  "try",
  "while",
] as const;
export type StatementKind = (typeof STATEMENT_KINDS)[number];

const Anchor = z.strictObject({
  declaration: z
    .string()
    .min(1)
    .optional()
    .describe("function, class, method (Class.method), constant or type; left out, the whole file"),
  statement: z
    .string()
    .min(1)
    .optional()
    .describe("a statement inside it: its text, or how it begins; white space does not matter"),
  kind: z.enum(STATEMENT_KINDS).optional().describe("instead of `statement`: its kind"),
  index: z
    .int()
    .nonnegative()
    .optional()
    .describe("which of several, counted from 0 in the order of the source"),
});
export type Anchor = z.infer<typeof Anchor>;

const anchor = Anchor.describe("a place in the syntax tree: a declaration, or a statement inside one");

const CodeEdit = z.discriminatedUnion("op", [
  z
    .strictObject({ op: z.literal("replace_code"), path, hash, anchor, code })
    .describe("puts `code` in the place of the anchor; empty code deletes it"),
  z
    .strictObject({
      op: z.literal("insert_code"),
      path,
      hash,
      anchor,
      where: z.enum(["before", "after", "start", "end"]).describe("start and end are those of the body"),
      code: code.min(1),
    })
    .describe("adds code beside the anchor, or inside its body"),
  z
    .strictObject({
      op: z.literal("add_import"),
      path,
      hash,
      names: z.array(z.string().regex(/^[A-Za-z_$][\w$]*$/, "must be a name")).min(1),
      from: z
        .string()
        .regex(/^[\w./-]+$/, "must be a module")
        .describe('"./name.ts" or "ratchet-agent/protocol"'),
      type_only: z.boolean().default(true),
    })
    .describe("imports names; `type_only` must be true for what is a type"),
]);
export type CodeEdit = z.infer<typeof CodeEdit>;

const TextEdit = z.discriminatedUnion("op", [
  z
    .strictObject({
      op: z.literal("edit_section"),
      path,
      hash,
      heading: z
        .string()
        .optional()
        .describe("text of a heading, without #; left out, all of the file below its front matter"),
      where: z
        .enum(["replace", "prepend", "append", "before", "after"])
        .describe("replace, prepend and append keep the heading; before and after are beside the section"),
      text: z.string().min(1),
    })
    .describe("changes a section of a prompt or a SKILL.md"),
  z
    .strictObject({
      op: z.literal("set_field"),
      path,
      hash,
      field: z.string().min(1).describe("description, or metadata.NAME"),
      value: z.string().min(1),
    })
    .describe("sets a field in the front matter of a SKILL.md"),
]);
export type TextEdit = z.infer<typeof TextEdit>;

const Replace = z
  .strictObject({
    op: z.literal("replace_text"),
    path,
    hash,
    find: z
      .string()
      .min(1)
      .describe("text that occurs exactly once in the file, copied character by character"),
    replace: z.string().describe("what stands there afterwards"),
  })
  .describe("for what the other edits do not reach");

const Create = z.strictObject({
  op: z.literal("create"),
  path: z.string().describe("a file that does not exist yet"),
  content: z.string().min(1).describe("all of its text"),
});

const Edit = z.discriminatedUnion("op", [...CodeEdit.options, ...TextEdit.options, Replace, Create]);
export type Edit = z.infer<typeof Edit>;

export const Patch = z.strictObject({
  title: z
    .string()
    .min(1)
    .max(72)
    .describe("imperative, as the subject of a commit: Retry calls that fail transiently"),
  rationale: z.string().min(1).max(600).describe("one sentence: why this answers the failure"),
  edits: z.array(Edit).min(1),
});
export type Patch = z.infer<typeof Patch>;

export const PROPOSE_PATCH: ToolSpec = {
  name: "propose_patch",
  description:
    "Proposes the smallest change of the genome that answers the cause of the failure. Edits of one file are made one after the other. It is checked at once; when the checks fail, you are told why and may try again.",
  input_schema: z.toJSONSchema(Patch, { target: "draft-7", io: "input" }),
};
