/** Reads a text file, whole or a range of lines. */
import { closeSync, fstatSync, read } from "node:fs";
import { promisify } from "node:util";
import { z } from "zod";
import type { ToolResult } from "../protocol.ts";
import { defineTool } from "./define.ts";
import { explain, openForReading, outsideResult } from "./open.ts";
import { PathInput, pathsOf, resolvePlace } from "./place.ts";
import { failed, HeadAndTail, MAX_CONTENT_BYTES, succeeded } from "./result.ts";

const Input = z.strictObject({
  path: PathInput.describe("relative to the workspace, or $SKILLS/… for a file of a skill"),
  start_line: z.int().min(1).optional().describe("first line to read, from 1"),
  lines: z.int().min(1).optional().describe("how many lines to read; to the end when left out"),
});
type Input = z.infer<typeof Input>;

export const readTool = defineTool<Input>({
  name: "read",
  description:
    "Read a text file of the workspace. Gives the plain text; large files by start_line and lines.",
  capability: "observe",
  input: Input,
  action: ({ path }, context) => ({ capability: "observe", tool: "read", paths: pathsOf(path, context) }),
  async run(input, context) {
    const place = resolvePlace(input.path, context);
    if (place.kind === "outside") return outsideResult(input.path, place);
    let fd: number;
    try {
      fd = openForReading(place);
    } catch (error) {
      return explain(error, input.path, place);
    }
    try {
      return await readText(fd, input, context.signal);
    } catch (error) {
      return explain(error, input.path, place);
    } finally {
      closeSync(fd);
    }
  },
});

const readAt = promisify(read);

async function readText(fd: number, input: Input, signal: AbortSignal): Promise<ToolResult> {
  const { size } = fstatSync(fd);
  const start = await readBytes(fd, 0, Math.min(size, 8192));
  if (start.includes(0)) {
    return failed("failed", `${input.path} is a binary file of ${size} bytes; its bytes are not shown`);
  }
  if (input.start_line !== undefined || input.lines !== undefined) return readLines(fd, input, signal);
  if (size <= MAX_CONTENT_BYTES) return succeeded(await readBytes(fd, 0, size));
  return readEnds(fd, size);
}

async function readBytes(fd: number, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await readAt(fd, buffer, filled, length - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Only what will be shown is read. */
async function readEnds(fd: number, size: number): Promise<ToolResult> {
  const output = new HeadAndTail();
  const tailFrom = Math.max(MAX_CONTENT_BYTES, size - MAX_CONTENT_BYTES);
  output.push(await readBytes(fd, 0, MAX_CONTENT_BYTES));
  output.skip(tailFrom - MAX_CONTENT_BYTES);
  output.push(await readBytes(fd, tailFrom, size - tailFrom));
  return { ...output.result(), is_error: false };
}

async function readLines(fd: number, input: Input, signal: AbortSignal): Promise<ToolResult> {
  const first = input.start_line ?? 1;
  const end = first + (input.lines ?? Infinity);
  const output = new HeadAndTail();
  let line = 1;
  let sawLine = false;
  let lastByte = 10;
  for (let at = 0; line < end;) {
    if (signal.aborted) return failed("failed", "stopped");
    const chunk = await readBytes(fd, at, 1024 * 1024);
    if (chunk.length === 0) break;
    at += chunk.length;
    lastByte = chunk[chunk.length - 1] ?? 10;
    let from = 0;
    while (line < first && from < chunk.length) {
      const newline = chunk.indexOf(10, from);
      if (newline < 0) from = chunk.length;
      else {
        from = newline + 1;
        line++;
      }
    }
    let to = from;
    while (line >= first && line < end && to < chunk.length) {
      const newline = chunk.indexOf(10, to);
      if (newline < 0) to = chunk.length;
      else {
        to = newline + 1;
        line++;
      }
    }
    if (to > from) sawLine = true;
    output.push(chunk.subarray(from, to));
  }
  if (sawLine) return { ...output.result(), is_error: false };
  const count = lastByte === 10 ? line - 1 : line;
  return failed("failed", `${input.path} has ${count} lines; there is no line ${first}`);
}
