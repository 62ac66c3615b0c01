/** A tool without work: it hands out a kilobyte that it has at hand. */
import { z } from "zod";
import { defineTool } from "../../runtime/kernel/tools/define.ts";
import type { AnyTool } from "../../runtime/kernel/tools/tool.ts";

export interface IdleTool {
  readonly tool: AnyTool;
  /** Milliseconds spent inside `run`, by call. */
  readonly spent: readonly number[];
}

const Input = z.strictObject({ part: z.number() });
const LINE = "2026-11-21T09:30:00Z worker-3 order 48213 shipped to depot 7, 12 parcels, 31.75 kg\n";

export function idleTool(): IdleTool {
  const spent: number[] = [];
  const tool = defineTool<z.infer<typeof Input>>({
    name: "idle",
    description: "Shows a part of a log.",
    capability: "observe",
    input: Input,
    action: ({ part }) => ({ capability: "observe", tool: "idle", paths: [`log/${part}`] }),
    async run({ part }) {
      const began = performance.now();
      const content = `part ${part}\n${LINE.repeat(12)}`;
      spent.push(performance.now() - began);
      return { content, is_error: false, total_bytes: content.length };
    },
  });
  return { tool, spent };
}
