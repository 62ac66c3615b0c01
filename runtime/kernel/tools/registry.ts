/** The tools that every agent has. */
import { z } from "zod";
import type { ToolSpec } from "../protocol.ts";
import { bashTool } from "./bash.ts";
import { editTool } from "./edit.ts";
import { globTool } from "./glob.ts";
import { grepTool } from "./grep.ts";
import { httpTool } from "./http/http.ts";
import { readTool } from "./read.ts";
import type { AnyTool } from "./tool.ts";
import { writeTool } from "./write.ts";

/** In the order in which models are shown them. */
export function builtinTools(): readonly AnyTool[] {
  return [bashTool, readTool, writeTool, editTool, grepTool, globTool, httpTool];
}

/** The tools as a model is told about them. */
export function toolSpecs(tools: readonly AnyTool[]): ToolSpec[] {
  return tools.map(({ name, description, input }) => {
    const { $schema: _, ...schema } = z.toJSONSchema(input, { io: "input" });
    return { name, description, input_schema: schema };
  });
}
