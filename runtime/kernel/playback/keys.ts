/**
 * By what a request of a run is known again in another run: hashes of what it says, without what is volatile. They are made of
 * redacted text, so that a recording whose secrets were taken out still matches.
 */
import { hash } from "node:crypto";
import type { ContentBlock, Message, ModelRequest, ToolCall, ToolResultBlock } from "../protocol.ts";
import { canonicalJson } from "./canonical.ts";

export interface RequestKeys {
  /**
   * Key of the next model request of a run: SHA-256 over system text, tools, tool choice, output limit and messages. Ids of tool
   * calls are numbered by their first appearance; signatures, cache marks, the order of keys, and whether a text stands alone or
   * in a block of its own do not count. Messages are hashed in a chain, each once.
   * @param shared how many leading messages are the same as in the request before
   * @param rest the request without its messages as JSON, which need not be hashed twice
   */
  next(request: ModelRequest, shared: number, rest: string): string;
}

/** For the requests of one run, in their order. @param redact as recorded text is redacted */
export function createRequestKeys(redact: (text: string) => string): RequestKeys {
  let head = { rest: "", digest: "" };
  const links: Link[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (id: string): number => {
    const known = numbers.get(id);
    if (known !== undefined) return known;
    numbers.set(id, numbers.size);
    return numbers.size - 1;
  };
  const forgetAfter = (shared: number): void => {
    links.length = Math.min(links.length, shared);
    const known = links.at(-1)?.ids ?? 0;
    // In the order in which they were added.
    for (const id of [...numbers.keys()].slice(known)) numbers.delete(id);
  };
  return {
    next(request, shared, rest) {
      if (rest !== head.rest || head.digest === "") head = { rest, digest: headDigest(request, redact) };
      forgetAfter(shared);
      for (const message of request.messages.slice(links.length)) {
        const text = canonicalJson(shapeOf(message, numberOf), redact);
        links.push({
          digest: hash("sha256", `${links.at(-1)?.digest ?? ""}\n${text}`),
          ids: numbers.size,
        });
      }
      return hash("sha256", `${head.digest}\n${links.at(-1)?.digest ?? ""}`);
    },
  };
}

/** Key of a tool call: SHA-256 over its name and its whole input. Its id does not count, nor does the order of keys. */
export function callKey(
  { name, input }: Pick<ToolCall, "name" | "input">,
  redact: (text: string) => string,
): string {
  return hash("sha256", canonicalJson([name, input ?? null], redact));
}

/** The hash of a message and of all before it, and how many ids they hold together. */
interface Link {
  readonly digest: string;
  readonly ids: number;
}

function headDigest(request: ModelRequest, redact: (text: string) => string): string {
  const { system = "", tools = [], tool_choice = { type: "auto" }, max_tokens = 0 } = request;
  const specs = tools.map(({ name, description, input_schema }) => [name, description, input_schema]);
  return hash("sha256", canonicalJson([system, specs, tool_choice, max_tokens], redact));
}

function shapeOf({ role, content }: Message, numberOf: (id: string) => number): unknown {
  const blocks = typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
  return [role, blocks.map((block) => blockShape(block, numberOf))];
}

function blockShape(block: ContentBlock, numberOf: (id: string) => number): unknown[] {
  switch (block.type) {
    case "text":
      return [block.type, block.text];
    case "thinking":
      return [block.type, block.thinking];
    case "redacted_thinking":
      // Only the provider can read it, and it says so by another signature each time.
      return [block.type];
    case "tool_use":
      return [block.type, numberOf(block.id), block.name, block.input ?? null];
    case "tool_result":
      return [block.type, numberOf(block.tool_use_id), textsOf(block), block.is_error ?? false];
    default:
      return block satisfies never;
  }
}

function textsOf({ content }: ToolResultBlock): string[] {
  return typeof content === "string" ? [content] : content.map(({ text }) => text);
}
