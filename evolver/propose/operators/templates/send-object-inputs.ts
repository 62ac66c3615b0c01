import { atBoundary } from "../shapes/boundary.ts";
import { sendsBareInput } from "../../../analyse/transcript.ts";

/** Sends calls back with an object as their input, whatever the model wrote: anything else is refused. */
export const sendObjectInputs = atBoundary({
  name: "send-object-inputs",
  part: "model",
  title: "Send calls back with an object as input",
  helper: "createWithObjectInputs",
  types: ["ContentBlock", "Kernel", "Message", "ModelReply", "ModelRequest"],
  kinds: { "invalid-request": 0.7, "malformed-call": 0.7 },
  seen: sendsBareInput,
  exact: true,
  why: "the input of a call that is sent back has to be an object",
  code: (name) => `/** Asks the model; the input of each call in the messages is an object. */
async function ${name}(kernel: Kernel, request: ModelRequest): Promise<ModelReply> {
  const asObject = (input: unknown): object => {
    if (typeof input === "object" && input !== null && !Array.isArray(input)) return input;
    return input === undefined || input === null || input === "" ? {} : { malformed: input };
  };
  const mended = (block: ContentBlock): ContentBlock =>
    block.type === "tool_use" ? { ...block, input: asObject(block.input) } : block;
  const messages = request.messages.map(
    (message): Message =>
      typeof message.content === "string" ? message : { ...message, content: message.content.map(mended) },
  );
  return kernel.model.create({ ...request, messages });
}`,
});
