/** Writes a whole file of the workspace. */
import { z } from "zod";
import { withParent, replaceFile } from "../workspace/files.ts";
import { defineTool } from "./define.ts";
import { explain, outsideResult } from "./open.ts";
import { PathInput, pathsOf, resolvePlace } from "./place.ts";
import { failed, succeeded } from "./result.ts";
import { oneAtATime } from "./serialise.ts";

const Input = z.strictObject({
  path: PathInput.describe("relative to the workspace"),
  content: z.string().describe("the whole new text of the file"),
});
type Input = z.infer<typeof Input>;

export const writeTool = defineTool<Input>({
  name: "write",
  description: "Write a file of the workspace, whole: makes it with its folders, or replaces what was there.",
  capability: "write",
  input: Input,
  action: ({ path }, context) => ({ capability: "write", tool: "write", paths: pathsOf(path, context) }),
  async run({ path, content }, context) {
    const place = resolvePlace(path, context);
    if (place.kind === "outside") return outsideResult(path, place);
    if (place.root === "skills")
      return failed("denied", "skills are read-only in a run; write into the workspace");
    if (path.endsWith("/")) return failed("invalid_input", `${path} ends in a slash: name the file to write`);
    const bytes = Buffer.from(content);
    return oneAtATime([place.rootDir, ...place.names].join("/"), () => {
      try {
        withParent(place.rootDir, place.names, true, (parent, name) => replaceFile(parent, name, bytes));
      } catch (error) {
        return explain(error, path, place);
      }
      return succeeded(`wrote ${bytes.length} bytes to ${path}`);
    });
  },
});
