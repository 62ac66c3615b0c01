/** What the requests and replies of a run show by themselves, without a detector. */
import type { View } from "./view.ts";
import type { ContentBlock, Message, ToolUseBlock } from "../../runtime/kernel/protocol.ts";

/** All requests of the run, each with its messages as lists of blocks. */
export function requestsOf(view: View): { role: Message["role"]; blocks: readonly ContentBlock[] }[][] {
  return [...view.requests.values()].map((messages) =>
    messages.map(({ role, content }) => ({
      role,
      blocks: typeof content === "string" ? [{ type: "text", text: content }] : content,
    })),
  );
}

export function callsIn(blocks: readonly ContentBlock[]): ToolUseBlock[] {
  return blocks.filter((block) => block.type === "tool_use");
}

/** Ids of the calls that the results among these blocks answer. */
export function answeredIn(blocks: readonly ContentBlock[]): string[] {
  return blocks.flatMap((block) => (block.type === "tool_result" ? [block.tool_use_id] : []));
}

/** Some request lacks a result next to its call, has one too many, or has them in another order. */
export function unpaired(view: View): boolean {
  return requestsOf(view).some((messages) =>
    messages.some(({ role, blocks }, at) => {
      const before = messages[at - 1];
      const calls = role === "assistant" ? callsIn(blocks).map(({ id }) => id) : [];
      const next = answeredIn(messages[at + 1]?.blocks ?? []);
      const asked = new Set(before ? callsIn(before.blocks).map(({ id }) => id) : []);
      return (
        (calls.length > 0 && calls.join("\n") !== next.join("\n")) ||
        answeredIn(blocks).some((id) => !asked.has(id))
      );
    }),
  );
}

/** Two messages of one role stand next to each other. */
export function repeatsRole(view: View): boolean {
  return requestsOf(view).some((messages) =>
    messages.some(({ role }, at) => role === messages[at - 1]?.role),
  );
}

/** A message, a text or a result says nothing at all. */
export function saysNothing(view: View): boolean {
  return requestsOf(view).some((messages) =>
    messages.some(({ blocks }) => blocks.length === 0 || blocks.some(isBlank)),
  );
}

function isBlank(block: ContentBlock): boolean {
  if (block.type === "text") return block.text.trim() === "";
  return block.type === "tool_result" && typeof block.content === "string" && block.content.trim() === "";
}

/** One id names two calls of a request, or a reply takes an id that its request has already. */
export function repeatsId(view: View): boolean {
  return view.models.some(({ index, event }) => {
    const messages = view.requests.get(index) ?? [];
    const blocks = messages.flatMap(({ content }) => (typeof content === "string" ? [] : content));
    const ids = callsIn([...blocks, ...(event.reply?.content ?? [])]).map(({ id }) => id);
    return new Set(ids).size < ids.length;
  });
}

/** A message, or a block that is not a call, stands twice in a row. */
export function repeatsMessage(view: View): boolean {
  return requestsOf(view).some((messages) => {
    const texts = messages.map((message) => JSON.stringify(message));
    return (
      texts.some((text, at) => text === texts[at - 1]) ||
      messages.some(({ blocks }) => {
        const parts = blocks.map((block) => JSON.stringify(block));
        return parts.some((part, at) => part === parts[at - 1]);
      })
    );
  });
}

/** A request after the first one no longer contains the task. */
export function lostTask(view: View): boolean {
  const task = view.trace.run.instruction.trim();
  const lacks = (messages: readonly Message[]): boolean =>
    !JSON.stringify(messages).includes(JSON.stringify(task).slice(1, -1));
  const [first, ...later] = [...view.requests.values()];
  return task !== "" && first !== undefined && !lacks(first) && later.some(lacks);
}

export function overflowed(view: View): boolean {
  return view.models.some(
    ({ event }) =>
      event.error?.code === "context_overflow" ||
      event.reply?.stop_reason === "model_context_window_exceeded",
  );
}

/** A call of a reply that was cut at the output limit was carried out. */
export function ranCutCall(view: View): boolean {
  const cut = view.models.flatMap(({ event }) =>
    event.reply?.stop_reason === "max_tokens" ? callsIn(event.reply.content).map(({ id }) => id) : [],
  );
  return view.calls.some(({ event }) => cut.includes(event.call_id));
}

/** A reply has calls, and none of them was carried out. */
export function skippedCalls(view: View): boolean {
  const done = new Set(view.calls.map(({ event }) => event.call_id));
  return view.models.some(({ event }) => {
    const calls = callsIn(event.reply?.content ?? []);
    return (
      calls.length > 0 && event.reply?.stop_reason !== "max_tokens" && calls.every(({ id }) => !done.has(id))
    );
  });
}

/** A request sends a call back whose input is no object. */
export function sendsBareInput(view: View): boolean {
  const isObject = (input: unknown): boolean =>
    typeof input === "object" && input !== null && !Array.isArray(input);
  return requestsOf(view).some((messages) =>
    messages.some(({ blocks }) => callsIn(blocks).some(({ input }) => !isObject(input))),
  );
}

/** Failures that were shown to the model as if they were none. */
export function unmarkedFailure(view: View): boolean {
  return view.calls.some(({ event: { result }, shown }) => {
    const failed = result.is_error || result.failure !== undefined || (result.exit_code ?? 0) !== 0;
    return failed && shown !== undefined && shown.is_error !== true;
  });
}

/** Calls of one reply were carried out in another order than the model wrote them. */
export function outOfOrder(view: View): boolean {
  const done = view.calls.map(({ event }) => event.call_id);
  return view.models.some(({ event }) => {
    const places = callsIn(event.reply?.content ?? []).map(({ id }) => done.indexOf(id));
    const known = places.filter((place) => place >= 0);
    return known.some((place, at) => place < (known[at - 1] ?? -1));
  });
}

/** One call that changes something was carried out twice. */
export function repeatsSideEffect(view: View): boolean {
  const effects = view.calls.filter(({ event }) => event.capability !== "observe");
  const ids = effects.map(({ event }) => `${event.step} ${event.call_id}`);
  return new Set(ids).size < ids.length;
}

/** The model was shown a result, and no error, of a call that was never carried out. */
export function inventsResult(view: View): boolean {
  const done = new Set(view.calls.map(({ event }) => event.call_id));
  return requestsOf(view).some((messages) =>
    messages.some(({ blocks }) =>
      blocks.some(
        (block) => block.type === "tool_result" && block.is_error !== true && !done.has(block.tool_use_id),
      ),
    ),
  );
}

/** Half a character, which most providers refuse. */
export function sendsHalfCharacter(view: View): boolean {
  return requestsOf(view).some((messages) =>
    messages.some(({ blocks }) =>
      blocks.some((block) => {
        const texts =
          block.type === "text" ? [block.text] : block.type === "tool_result" ? [block.content] : [];
        return texts.some((text) => typeof text === "string" && !text.isWellFormed());
      }),
    ),
  );
}

/** The longest run of refused model calls. */
export function refusalsInARow(view: View): number {
  let longest = 0;
  let now = 0;
  for (const { event } of view.models) {
    now = event.error ? now + 1 : 0;
    longest = Math.max(longest, now);
  }
  return longest;
}
