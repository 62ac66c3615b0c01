/** Finds files of the workspace by name. */
import { z } from "zod";
import { matchesPath } from "../../../guardrails/glob.ts";
import { defineTool } from "./define.ts";
import { explain, outsideResult } from "./open.ts";
import { pathsOf, resolvePlace } from "./place.ts";
import { failed, succeeded } from "./result.ts";
import { filesBelow } from "./search.ts";

const MAX_PATHS = 1000;

const Input = z.strictObject({
  pattern: z
    .string()
    .min(1)
    .refine(isPattern, "its braces stand for too many alternatives")
    .describe("*.csv for a name anywhere, src/**/*.ts for a path"),
  path: z.string().min(1).default(".").describe("folder to look in"),
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
    try {
      const files = filesBelow(place, { tool: "glob", pattern: pattern.replace(/^\.\//, "") }, context);
      for await (const file of files) {
        if (paths.length === MAX_PATHS) {
          return succeeded(`${paths.join("\n")}\n(the first ${MAX_PATHS}; there are more)\n`);
        }
        paths.push(file.path);
      }
    } catch (error) {
      return explain(error, path, place);
    }
    if (context.signal.aborted) return failed("failed", "stopped");
    return succeeded(paths.length === 0 ? `no file matches ${pattern}` : `${paths.join("\n")}\n`);
  },
});

function isPattern(pattern: string): boolean {
  try {
    matchesPath(pattern, "");
    return true;
  } catch {
    return false;
  }
}
