/** Replaces one piece of text in a file of the workspace. */
import { closeSync, fstatSync, readFileSync } from "node:fs";
import { isUtf8 } from "node:buffer";
import { z } from "zod";
import type { ToolResult } from "../protocol.ts";
import { replaceFile, withParent } from "../workspace/files.ts";
import { defineTool } from "./define.ts";
import { explain, openForReading, outsideResult, type Inside } from "./open.ts";
import { PathInput, pathsOf, resolvePlace } from "./place.ts";
import { failed, succeeded } from "./result.ts";
import { oneAtATime } from "./serialise.ts";

/** Largest file that is edited, in bytes. */
const MAX_EDIT_BYTES = 16 * 1024 * 1024;

const Input = z.strictObject({
  path: PathInput.describe("relative to the workspace"),
  old: z.string().min(1).describe("text to replace, exactly as it stands in the file; it must occur once"),
  new: z.string().describe("text to put in its place"),
});
type Input = z.infer<typeof Input>;

export const editTool = defineTool<Input>({
  name: "edit",
  description:
    "Replace one piece of text in a file. `old` must occur exactly once; add lines around it until it does.",
  capability: "write",
  input: Input,
  action: ({ path }, context) => ({ capability: "write", tool: "edit", paths: pathsOf(path, context) }),
  async run(input, context) {
    const place = resolvePlace(input.path, context);
    if (place.kind === "outside") return outsideResult(input.path, place);
    if (place.root === "skills")
      return failed("denied", "skills are read-only in a run; write into the workspace");
    if (input.old === input.new)
      return failed("invalid_input", "old and new are the same text; nothing to do");
    return oneAtATime([place.rootDir, ...place.names].join("/"), () => {
      try {
        return editFile(input, place);
      } catch (error) {
        return explain(error, input.path, place);
      }
    });
  },
});

function editFile(input: Input, place: Inside): ToolResult {
  const bytes = readWhole(place);
  if (bytes === undefined)
    return failed("failed", `${input.path} is larger than 16 MiB; edit it with a command`);
  if (bytes.includes(0) || !isUtf8(bytes)) {
    return failed(
      "failed",
      `${input.path} is not UTF-8 text (${bytes.length} bytes); edit it with a command`,
    );
  }
  const text = bytes.toString();
  const at = text.indexOf(input.old);
  if (at < 0)
    return failed(
      "failed",
      `${input.path} does not contain the old text; it was not changed${hint(text, input.old)}`,
    );
  if (text.includes(input.old, at + 1)) {
    const lines = linesOf(text, input.old);
    const where = `at lines ${lines.slice(0, 10).join(", ")}${lines.length > 10 ? ", …" : ""}`;
    return failed(
      "failed",
      `the old text occurs ${lines.length} times in ${input.path} (${where}); it was not changed. Add lines around it so that it occurs once.`,
    );
  }
  const changed = Buffer.from(text.slice(0, at) + input.new + text.slice(at + input.old.length));
  withParent(place.rootDir, place.names, false, (parent, name) => replaceFile(parent, name, changed));
  return succeeded(`replaced 1 occurrence in ${input.path}, line ${lineAt(text, at)}`);
}

function readWhole(place: Inside): Buffer | undefined {
  const fd = openForReading(place);
  try {
    return fstatSync(fd).size > MAX_EDIT_BYTES ? undefined : readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

function linesOf(text: string, old: string): number[] {
  const lines: number[] = [];
  let line = 1;
  let from = 0;
  for (let at = text.indexOf(old); at >= 0; at = text.indexOf(old, at + 1)) {
    line += newlinesBetween(text, from, at);
    from = at;
    lines.push(line);
  }
  return lines;
}

function lineAt(text: string, at: number): number {
  return 1 + newlinesBetween(text, 0, at);
}

function newlinesBetween(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = text.indexOf("\n", from); i >= 0 && i < to; i = text.indexOf("\n", i + 1)) count++;
  return count;
}

/** The likely reason, when there is one: line ends, or blanks. */
function hint(text: string, old: string): string {
  if (text.includes("\r\n") && text.replaceAll("\r\n", "\n").includes(old)) {
    return ": its lines end in \\r\\n, those of the old text in \\n";
  }
  const squeeze = (value: string): string => value.replace(/\s+/g, " ").trim();
  const wanted = squeeze(old);
  if (wanted !== "" && squeeze(text).includes(wanted))
    return ": it differs in blanks or line ends; read the file again";
  const first = old
    .split("\n")
    .find((line) => line.trim() !== "")
    ?.trim();
  const line =
    first === undefined ? -1 : text.split("\n").findIndex((candidate) => candidate.includes(first));
  return line < 0 ? "; read the file again" : `; its first line is like line ${line + 1}`;
}
