import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ModelError } from "../../../../../runtime/kernel/model/model.ts";
import {
  ModelReply,
  type ContentBlock,
  type Message,
  type ModelRequest,
} from "../../../../../runtime/kernel/protocol.ts";
import { ask, skill, TOOLS } from "./drive.ts";

const COUNT = skill(
  "count-lines",
  'Count the lines of a file.\n\n## Inputs\n\n- `file`: `(\\w+\\.txt)`\n\n## Steps\n\n1. x\n   ```bash\n   wc -l {{file}}\n   ```\n   Take `n` from `(\\d+)`.\n2. y\n   ```write\n   path: n\n   content: "{{n}}"\n   ```',
);
const pieces = fc.constantFrom(
  "count the lines of a.txt",
  COUNT,
  '[skill count-lines · step 1 · {"file":"a.txt"}]',
  '[skill count-lines · step 2 · {"file":"a.txt","n":"3","$lessons":{"x":1}}]',
  "When you see `<x>`, repeat the step.",
  "When you see `no <x>`, run `make <x>` instead.",
  "error: no luck",
  "unknown tool bash: there is BASH",
  "12 a.txt",
  "<task>count a.txt</task>",
  " ",
);
const text: fc.Arbitrary<string> = fc.oneof(pieces, fc.string({ maxLength: 12 }));
const block: fc.Arbitrary<ContentBlock> = fc.oneof(
  fc.record({ type: fc.constant("text" as const), text }),
  fc.record({
    type: fc.constant("tool_use" as const),
    id: fc.constantFrom("a", "call_1"),
    name: fc.constant("bash"),
    input: fc.constant({}),
  }),
  fc.record({
    type: fc.constant("tool_result" as const),
    tool_use_id: fc.constantFrom("a", "call_1"),
    content: text,
    is_error: fc.boolean(),
  }),
);
const turn: fc.Arbitrary<Message[]> = fc.oneof(
  fc
    .record({
      role: fc.constantFrom("user" as const, "assistant" as const),
      content: fc.oneof(text, fc.array(block, { maxLength: 3 })),
    })
    .map((message) => [message]),
  // A call with its result, so that many conversations are well formed.
  fc
    .record({ id: fc.stringMatching(/^[a-z]{6}$/), pad: text, given: text, is_error: fc.boolean() })
    .map(({ id, pad, given, is_error }): Message[] => [
      {
        role: "assistant",
        content: [
          { type: "text", text: `.${pad}` },
          { type: "tool_use", id, name: "bash", input: {} },
        ],
      },
      { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: given, is_error }] },
    ]),
);
const request: fc.Arbitrary<ModelRequest> = fc
  .record({
    system: fc.oneof(text, fc.constant(COUNT)),
    first: text,
    turns: fc.array(turn, { maxLength: 4 }),
    max_tokens: fc.oneof(fc.constant(4_000), fc.integer({ min: 1, max: 40 })),
    withTools: fc.boolean(),
  })
  .map(({ system, first, turns, max_tokens, withTools }) => ({
    system,
    messages: [{ role: "user", content: `.${first}` }, ...turns.flat()],
    max_tokens,
    ...(withTools ? { tools: TOOLS } : {}),
  }));

async function outcome(given: ModelRequest): Promise<unknown> {
  try {
    return ModelReply.parse(await ask(given));
  } catch (error) {
    if (error instanceof ModelError) return error.wire;
    throw error;
  }
}

test("the same request gets the same reply, is not changed, and nothing but a ModelError is thrown", async () => {
  await fc.assert(
    fc.asyncProperty(request, async (given) => {
      const before = structuredClone(given);
      const first = await outcome(given);
      expect(given).toEqual(before);
      expect(await outcome(before)).toEqual(first);
    }),
    { numRuns: 400 },
  );
});
