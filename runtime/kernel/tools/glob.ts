/** Finds files of the workspace by name. */
import { z } from "zod";
import { matchesPath } from "../../../guardrails/glob.ts";
import { defineTool } from "./define.ts";
import { explain, outsideResult } from "./open.ts";
import { isShortPath, PathInput, pathsOf, resolvePlace, TOO_LONG } from "./place.ts";
import { failed, succeeded } from "./result.ts";
import { eachFile } from "./search.ts";

const MAX_PATHS = 1000;

const Input = z.strictObject({
  pattern: z
    .string()
    .min(1)
    .refine(isShortPath, TOO_LONG)
    .refine(isPattern, "its braces stand for too many alternatives")
    .describe("*.csv for a name anywhere, src/**/*.ts for a path"),
  path: PathInput.default(".").describe("folder to look in"),
});
type Input = z.infer<typeof Input>;

export const globTool = defineTool<Input>({
  name: "glob",
  description:
    "List the files whose name or path matches a pattern, one a line. Leaves out .git and node_modules.",
  capability: "observe",
  input: Input,
  action: ({ path }, context) => ({ capability: "observe", tool: "glob", paths: pathsOf(path, context) }),
  async run({ pattern, path }, context) {
    const place = resolvePlace(path, context);
    if (place.kind === "outside") return outsideResult(path, place);
    const paths: string[] = [];
    let full = false;
    let cut: string | undefined;
    try {
      const options = { tool: "glob", pattern: pattern.replace(/^\.\//, "") };
      cut = await eachFile(place, options, context, (file) => {
        full = paths.length === MAX_PATHS;
        if (!full) paths.push(file.path);
        return !full;
      });
    } catch (error) {
      return explain(error, path, place);
    }
    if (context.signal.aborted) return failed("failed", "stopped");
    return succeeded(listed(paths, pattern, full ? `the first ${MAX_PATHS}; there are more` : cut));
  },
});

/** What was found, and why there may be more. */
function listed(paths: readonly string[], pattern: string, more: string | undefined): string {
  if (paths.length > 0) return `${paths.join("\n")}\n${more === undefined ? "" : `(${more})\n`}`;
  return more === undefined ? `no file matches ${pattern}` : `no file matches ${pattern} so far: ${more}`;
}

function isPattern(pattern: string): boolean {
  try {
    matchesPath(pattern, "");
    return true;
  } catch {
    return false;
  }
}
