/** The loop: ask the model, carry out what it asks for, show it the result. */
import type { Finish, Kernel, Message, ModelReply } from "ratchet-agent/protocol";
import { dispatch } from "./dispatch.ts";

const MAX_STEPS = 10;

export async function loop(kernel: Kernel, system: string): Promise<Finish> {
  const messages: Message[] = [{ role: "user", content: kernel.hello.instruction }];
  for (let step = 0; step < MAX_STEPS; step++) {
    const reply = await kernel.model.create({ system, messages, tools: kernel.hello.tools });
    if (reply.content.length === 0) { messages.push({role:"user",content:"go on"}); continue; }
    const call = reply.content.find((block) => block.type === "tool_use");
    if (call === undefined) return { status: "done", summary: textOf(reply) };

    messages.push({ role: "assistant", content: reply.content });
    messages.push({ role: "user", content: [await dispatch(kernel, call)] });
  }
  return { status: "budget", summary: `Not done after ${MAX_STEPS} steps.` };
}

function textOf(reply: ModelReply): string {
  return reply.content
    .map((block) => (block.type === "text" ? block.text : ""))
    .join("\n")
    .trim();
}
