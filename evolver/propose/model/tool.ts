/** The one way for a language model to answer: a typed patch. */
import { z } from "zod";
import type { ToolSpec } from "../../../runtime/kernel/protocol.ts";

const Replace = z.strictObject({
  path: z.string().describe("file of the genome, as it is named above"),
  find: z
    .string()
    .min(1)
    .describe("text that occurs exactly once in the file, copied from it character by character"),
  replace: z.string().describe("what stands there afterwards"),
});
const Whole = z.strictObject({
  path: z.string().describe("a file that does not exist yet"),
  content: z.string().min(1).describe("all of its text"),
});

export const Patch = z.strictObject({
  title: z
    .string()
    .min(1)
    .max(72)
    .describe("imperative, as the subject of a commit: Retry calls that fail transiently"),
  rationale: z.string().min(1).max(600).describe("one sentence: why this answers the failure"),
  edits: z.array(z.union([Replace, Whole])).min(1),
});
export type Patch = z.infer<typeof Patch>;

export const PROPOSE_PATCH: ToolSpec = {
  name: "propose_patch",
  description:
    "Proposes the smallest change of the genome that answers the cause of the failure. It is checked at once; when the checks fail, you are told why and may try again.",
  input_schema: z.toJSONSchema(Patch, { target: "draft-7" }),
};
