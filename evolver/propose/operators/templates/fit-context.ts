import { atBoundary } from "../shapes/boundary.ts";
import { overflowed } from "../../../analyse/transcript.ts";

/**
 * Makes a conversation shorter when the provider says that it is too long, and asks again as long as that makes
 * progress: first the older half of the work goes, at a boundary between results and the next reply, then long results
 * lose their middle. The first message, which has the task, stays.
 */
export const fitContext = atBoundary({
  name: "fit-context",
  part: "model",
  title: "Shorten a conversation that is too long and ask again",
  helper: "createFitting",
  types: ["Kernel", "Message", "ModelReply", "ModelRequest", "WireError"],
  kinds: {
    "invalid-request": 0.5,
    "context-not-smaller": 0.9,
    "harness-error": 0.5,
    "budget-exhausted": 0.2,
  },
  seen: overflowed,
  why: "a request that is too long can be made shorter, and is only asked again when it is",
  code: (
    name,
  ) => `/** Asks the model; when the conversation is too long, asks with a shorter one as long as it gets shorter. */
async function ${name}(kernel: Kernel, request: ModelRequest): Promise<ModelReply> {
  const shorten = (messages: Message[]): Message[] => {
    const starts = messages.flatMap(({ role }, at) => (role === "assistant" ? [at] : []));
    const cut = starts[Math.ceil(starts.length / 2)];
    if (cut !== undefined) return [...messages.slice(0, 1), ...messages.slice(cut)];
    const text = JSON.stringify(messages, (key, value: unknown) =>
      key !== "text" && typeof value === "string" && value.length > 400
        ? \`\${value.slice(0, 180)}\\n[... cut ...]\\n\${value.slice(-180)}\`.toWellFormed()
        : value,
    );
    return JSON.parse(text) as Message[];
  };
  let { messages } = request;
  for (;;) {
    let refusal: unknown;
    const reply = await kernel.model.create({ ...request, messages }).catch((error: unknown) => {
      refusal = error;
      return undefined;
    });
    if (reply && reply.stop_reason !== "model_context_window_exceeded") return reply;
    const { code, message = "" } = (refusal ?? {}) as Partial<WireError>;
    const isTooLong = reply !== undefined || code === "context_overflow" || /too long|context (?:length|window)/i.test(message);
    const shorter = isTooLong && !kernel.aborted ? shorten(messages) : messages;
    if (JSON.stringify(shorter).length < JSON.stringify(messages).length) messages = shorter;
    else if (reply) return reply;
    else throw refusal;
  }
}`,
});
