import { atBoundary } from "../shapes/boundary.ts";
import { sendsHalfCharacter } from "../../../analyse/transcript.ts";

/** Sends no half characters, which a cut through an emoji leaves behind: providers refuse them, files end up broken. */
export const wholeCharacters = atBoundary({
  name: "whole-characters",
  part: "model",
  title: "Send no half characters",
  helper: "createWellFormed",
  types: ["Kernel", "ModelReply", "ModelRequest"],
  kinds: { "invalid-request": 0.6 },
  seen: sendsHalfCharacter,
  exact: true,
  why: "a text that was cut inside a character is not valid Unicode",
  code: (
    name,
  ) => `/** Asks the model with well-formed text only: half a character becomes a replacement character. */
async function ${name}(kernel: Kernel, request: ModelRequest): Promise<ModelReply> {
  const text = JSON.stringify(request, (_, value: unknown) => (typeof value === "string" ? value.toWellFormed() : value));
  return kernel.model.create(JSON.parse(text) as ModelRequest);
}`,
});
