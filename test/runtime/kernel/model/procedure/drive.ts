/** Drives the procedure model with scripted tools, the way a plain harness would. */
import type {
  ContentBlock,
  Message,
  ModelReply,
  ModelRequest,
  ToolSpec,
} from "../../../../../runtime/kernel/protocol.ts";
import { createProcedureModel } from "../../../../../runtime/kernel/model/procedure/model.ts";

export interface ToolAnswer {
  readonly content: string;
  readonly is_error?: boolean;
}
export type Tools = (name: string, input: unknown) => ToolAnswer | string;

export const TOOLS: ToolSpec[] = ["bash", "read", "write"].map((name) => {
  return { name, description: name, input_schema: { type: "object" } };
});

export interface Driven {
  readonly calls: { name: string; input: unknown }[];
  readonly messages: Message[];
  /** Text of the last reply. */
  readonly said: string;
  readonly last: ModelReply;
}

/** Runs until a reply has no calls, at most 40 replies. `between` may change the conversation before each request. */
export async function drive(
  first: { system?: string; text: string },
  tools: Tools,
  between: (messages: Message[]) => Message[] = (messages) => messages,
): Promise<Driven> {
  let messages: Message[] = [{ role: "user", content: first.text }];
  const calls: Driven["calls"] = [];
  for (let step = 0; step < 40; step++) {
    messages = between(messages);
    const system = first.system === undefined ? {} : { system: first.system };
    const last = await ask({ ...system, messages, tools: TOOLS });
    const made = callsIn(last);
    if (made.length === 0) return { calls, messages, said: textIn(last), last };
    const results: ContentBlock[] = made.map(({ id, name, input }) => {
      calls.push({ name, input });
      const answer = tools(name, input);
      const { content, is_error } =
        typeof answer === "string" ? { content: answer, is_error: undefined } : answer;
      return {
        type: "tool_result",
        tool_use_id: id,
        content,
        ...(is_error === undefined ? {} : { is_error }),
      };
    });
    messages = [
      ...messages,
      { role: "assistant", content: last.content },
      { role: "user", content: results },
    ];
  }
  throw new Error("the model did not come to an end in 40 replies");
}

export async function ask(request: ModelRequest, contextTokens?: number): Promise<ModelReply> {
  const model = createProcedureModel(contextTokens === undefined ? {} : { contextTokens });
  return await model.create(request, new AbortController().signal);
}

export function callsIn({ content }: ModelReply): { id: string; name: string; input: unknown }[] {
  return content.flatMap((block) => (block.type === "tool_use" ? [block] : []));
}

export function textIn({ content }: ModelReply): string {
  return content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
}

export function skill(name: string, body: string): string {
  return `<skill name="${name}" dir="/skills/${name}">\n${body}\n</skill>`;
}

export const commands = (driven: Driven): string[] =>
  driven.calls.flatMap(({ input }) =>
    typeof input === "object" && input !== null && "command" in input ? [String(input.command)] : [],
  );
