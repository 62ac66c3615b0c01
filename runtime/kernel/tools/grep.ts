/** Finds lines in the files of the workspace. */
import { closeSync, fstatSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { z } from "zod";
import type { ToolResult } from "../protocol.ts";
import { messageOf } from "../error.ts";
import { codeOf, type Dir, type Name } from "../workspace/dir.ts";
import { withParent } from "../workspace/files.ts";
import { defineTool } from "./define.ts";
import { explain, outsideResult, type Inside } from "./open.ts";
import { PathInput, pathsOf, resolvePlace } from "./place.ts";
import { createLineSearch, type LineSearch } from "./regex.ts";
import { failed, succeeded } from "./result.ts";
import { eachFile } from "./search.ts";
import type { GuardedContext } from "./tool.ts";

const MAX_MATCHES = 200;
const MAX_FILE_BYTES = 8 * 1024 * 1024;
const MAX_LINE = 500;
const SEARCH_MS = 2_000;

const Input = z.strictObject({
  pattern: z
    .string()
    .min(1)
    .superRefine((pattern, context) => {
      try {
        RegExp(pattern, "u");
      } catch (error) {
        context.addIssue({ code: "custom", message: messageOf(error), input: pattern });
      }
    })
    .describe("JavaScript regular expression, matched against each line"),
  path: PathInput.default(".").describe("folder or file to look in"),
  glob: PathInput.optional().describe("only files whose name or path matches, for example *.ts"),
  ignore_case: z.boolean().default(false),
});
type Input = z.infer<typeof Input>;

export const grepTool = defineTool<Input>({
  name: "grep",
  description:
    "Find lines by a regular expression. Gives path:line:text. Leaves out .git, node_modules and binary files.",
  capability: "observe",
  input: Input,
  action: ({ path }, context) => ({ capability: "observe", tool: "grep", paths: pathsOf(path, context) }),
  async run(input, context) {
    const place = resolvePlace(input.path, context);
    if (place.kind === "outside") return outsideResult(input.path, place);
    try {
      return await search(input, place, context);
    } catch (error) {
      return explain(error, input.path, place);
    }
  },
});

interface Tally {
  readonly lines: string[];
  files: number;
  skipped: number;
  /** Why not everything was looked at. */
  cut: string | undefined;
}

async function search(input: Input, place: Inside, context: GuardedContext): Promise<ToolResult> {
  const regex = createLineSearch(input.pattern, input.ignore_case ? "iu" : "u", SEARCH_MS);
  const tally: Tally = { lines: [], files: 0, skipped: 0, cut: undefined };
  const state = isFile(place)
    ? withParent(place.rootDir, place.names, false, (dir, name) =>
        searchFile(regex, dir, name, place.path, tally),
      )
    : await searchFolder(regex, input, place, context, tally);
  if (context.signal.aborted) return failed("failed", "stopped");
  if (state === "slow") {
    return failed(
      "invalid_input",
      `the pattern takes too long on these files; make it simpler or narrow the path`,
    );
  }
  const notes = [
    ...(state === "full" ? [`(the first ${MAX_MATCHES} matches; there may be more)`] : []),
    ...(tally.skipped > 0 ? [`(${tally.skipped} larger than 8 MiB or not readable were left out)`] : []),
    ...(tally.cut === undefined ? [] : [`(${tally.cut})`]),
  ];
  if (tally.lines.length === 0)
    return succeeded([`no match for ${input.pattern} in ${tally.files} files`, ...notes].join(" "));
  return succeeded([...tally.lines, ...notes, ""].join("\n"));
}

function isFile({ rootDir, names }: Inside): boolean {
  if (names.length === 0) return false;
  return withParent(rootDir, names, false, (dir, name) => {
    const stat = dir.stat(name);
    if (stat === undefined) throw Object.assign(new Error("missing"), { code: "ENOENT" });
    return !stat.isDirectory();
  });
}

type State = "going" | "full" | "slow";

async function searchFolder(
  regex: LineSearch,
  input: Input,
  place: Inside,
  context: GuardedContext,
  tally: Tally,
): Promise<State> {
  let state: State = "going";
  const options = { tool: "grep", pattern: input.glob };
  tally.cut = await eachFile(place, options, context, ({ found, path }) => {
    if (found.isFile) state = searchFile(regex, found.dir, found.name, posix.normalize(path), tally);
    return state === "going";
  });
  return state;
}

function searchFile(regex: LineSearch, dir: Dir, name: Name, path: string, tally: Tally): State {
  const bytes = readSmall(dir, name);
  tally.files++;
  if (bytes === undefined) {
    tally.skipped++;
    return "going";
  }
  if (bytes.subarray(0, 8192).includes(0)) return "going";
  const hits = regex.find(bytes.toString(), MAX_MATCHES + 1 - tally.lines.length);
  if (hits === undefined) return "slow";
  for (const { line, text } of hits) {
    if (tally.lines.length === MAX_MATCHES) return "full";
    tally.lines.push(
      `${path}:${line}:${text.length > MAX_LINE ? `${text.slice(0, MAX_LINE).toWellFormed()}…` : text}`,
    );
  }
  return "going";
}

function readSmall(dir: Dir, name: Name): Buffer | undefined {
  let fd: number;
  try {
    fd = dir.openFile(name);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
  try {
    return fstatSync(fd).size > MAX_FILE_BYTES ? undefined : readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}
