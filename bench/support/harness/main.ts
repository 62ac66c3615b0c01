/** The least that a harness can do: ask, call what was asked for, until the model has nothing left to call. */
import type { Harness, Message, ToolResultBlock } from "ratchet-agent/protocol";

export const run: Harness = async (kernel) => {
  await kernel.note("started", { elapsed: kernel.elapsed() });
  const { instruction, prompts, tools } = kernel.hello;
  const messages: Message[] = [{ role: "user", content: instruction }];
  for (;;) {
    const reply = await kernel.model.create({ system: prompts["system"], messages, tools });
    const results: ToolResultBlock[] = [];
    for (const block of reply.content) {
      if (block.type !== "tool_use") continue;
      const { content, is_error } = await kernel.tools.call({
        id: block.id,
        name: block.name,
        input: block.input,
      });
      results.push({ type: "tool_result", tool_use_id: block.id, content, is_error });
    }
    if (results.length === 0) return { status: "done", summary: "" };
    // A run's history grows; what it costs to send it again and again belongs to the figure.
    messages.push({ role: "assistant", content: reply.content }, { role: "user", content: results });
  }
};
