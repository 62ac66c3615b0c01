/** What the Claude API refuses in a request, as far as a harness can get it wrong. */

/** Why this request is refused, in the words of the API as far as they matter; undefined when it is not. */
export function refusal(body: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof body["model"] !== "string") return "model: Field required";
  if (!(Number(body["max_tokens"]) > 0)) return "max_tokens: Field required";
  const messages = list(body["messages"]);
  if (messages.length === 0) return "messages: at least one message is required";
  for (const [at, message] of messages.entries()) {
    const problem = badBlock(message, at) ?? unanswered(messages, at) ?? unasked(messages, at);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function badBlock(message: Fields, at: number): string | undefined {
  if (message["content"] === "") return `messages.${at}: content must not be empty`;
  for (const [index, block] of list(message["content"]).entries()) {
    const where = `messages.${at}.content.${index}`;
    if (block["type"] === "text" && block["text"] === "")
      return `${where}: text content blocks must be non-empty`;
    if (block["type"] === "tool_use" && !isFields(block["input"]))
      return `${where}.tool_use.input: Input should be an object`;
  }
  return undefined;
}

/** Every call must be answered in the message after it. */
function unanswered(messages: readonly Fields[], at: number): string | undefined {
  const answers = new Set(idsOf(messages[at + 1], "tool_result", "tool_use_id"));
  const missing = idsOf(messages[at], "tool_use", "id").filter((id) => !answers.has(id));
  return missing.length === 0
    ? undefined
    : `messages.${at}: tool_use ids were found without tool_result blocks immediately after: ${missing.join(", ")}`;
}

/** Every result must answer a call in the message before it. */
function unasked(messages: readonly Fields[], at: number): string | undefined {
  const calls = new Set(idsOf(messages[at - 1], "tool_use", "id"));
  const extra = idsOf(messages[at], "tool_result", "tool_use_id").filter((id) => !calls.has(id));
  return extra.length === 0
    ? undefined
    : `messages.${at}: unexpected tool_use_id in tool_result: ${extra.join(", ")}`;
}

function idsOf(message: Fields | undefined, type: string, key: string): string[] {
  return list(message?.["content"])
    .filter((block) => block["type"] === type)
    .map((block) => String(block[key]));
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
