/** The fenced blocks of a step: tool calls with holes for values. */
import { parse } from "yaml";
import { BadProcedure, type CallTemplate } from "./procedure.ts";
import { fillCommand, splitCommand, UnsafeHole } from "./shell.ts";

/** A value's place, `{{name}}`, in commands, YAML and answers. */
export const HOLE = /\{\{\s*([A-Za-z][\w-]*)\s*\}\}/;

/**
 * @param tool info string of the block
 * @throws BadProcedure
 */
export function parseCall(tool: string, text: string, where: string): CallTemplate {
  if (tool.toLowerCase() !== "bash")
    return { kind: "input", tool, input: parseInput(text, `${where}, ${tool}`) };
  try {
    return { kind: "command", tool, command: splitCommand(text, HOLE) };
  } catch (error) {
    if (error instanceof UnsafeHole) throw new BadProcedure(`${where}: ${error.message}`);
    throw error;
  }
}

/** A call as it is made. */
export interface Call {
  readonly name: string;
  readonly input: unknown;
}

export function fillCall(template: CallTemplate, value: (name: string) => string): Call {
  switch (template.kind) {
    case "command":
      return { name: template.tool, input: { command: fillCommand(template.command, value) } };
    case "input":
      return { name: template.tool, input: fillMarks(template.input, value) };
    default:
      return template satisfies never;
  }
}

export function fillText(text: string, value: (name: string) => string): string {
  return text.replace(new RegExp(HOLE, "g"), (_, name: string) => value(name));
}

/** Names of the values that a call needs. */
export function namesInCall(template: CallTemplate): string[] {
  const names: string[] = [];
  fillCall(template, (name) => {
    names.push(name);
    return "";
  });
  return names;
}

export function namesInText(text: string): string[] {
  return Array.from(text.matchAll(new RegExp(HOLE, "g")), ([, name = ""]) => name);
}

/**
 * Braces mean something in YAML, so holes are marked with private-use characters while it is parsed. Values are put in
 * afterwards: whatever is in them, they are text and change no structure.
 */
function parseInput(text: string, where: string): Record<string, unknown> {
  const marked = text.replace(new RegExp(HOLE, "g"), "\uE000$1\uE001");
  const value = readYaml(marked, where);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BadProcedure(`${where}: the block is not YAML with a key and a value for each input`);
  }
  return { ...value };
}

function readYaml(text: string, where: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const [message = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new BadProcedure(`${where}: ${message}`);
  }
}

function fillMarks(value: unknown, fill: (name: string) => string): unknown {
  if (typeof value === "string") return fillMarkedText(value, fill);
  if (Array.isArray(value)) return value.map((item) => fillMarks(item, fill));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [fillMarkedText(key, fill), fillMarks(item, fill)]),
  );
}

function fillMarkedText(text: string, fill: (name: string) => string): string {
  return text.replace(/\uE000([^\uE001]*)\uE001/g, (_, name: string) => fill(name));
}
