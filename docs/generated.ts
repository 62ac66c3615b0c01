/** The files that are generated from code, with the text they must have. A test holds the committed ones against it. */
import { z } from "zod";
import { createProgram } from "../runtime/cli/program.ts";
import { AgentConfig } from "../runtime/kernel/config/agent-config.ts";
import { GuardrailsConfig } from "../runtime/kernel/config/guardrails-config.ts";
import { Task } from "../runtime/kernel/suite/task.ts";

/** File and text. */
export function generated(): [URL, string][] {
  return [
    [new URL("../runtime/cli/help.txt", import.meta.url), helpText()],
    [new URL("schema/agent.schema.json", import.meta.url), schemaText(AgentConfig, "agent.yaml")],
    [
      new URL("schema/guardrails.schema.json", import.meta.url),
      schemaText(GuardrailsConfig, "guardrails.yaml"),
    ],
    [new URL("schema/task.schema.json", import.meta.url), schemaText(Task, "task.yaml")],
  ];
}

function helpText(): string {
  let text = "";
  const program = createProgram();
  program.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
  });
  program.outputHelp();
  return text;
}

function schemaText(schema: z.ZodType, title: string): string {
  return `${JSON.stringify({ title: `${title} of a Ratchet home`, ...z.toJSONSchema(schema, { io: "input" }) }, null, 2)}\n`;
}
