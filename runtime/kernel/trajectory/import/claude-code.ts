/** Sessions of Claude Code: one file of records, one record a line. */
import { z } from "zod";
import { StopReason, type ContentBlock, type Usage } from "../../protocol.ts";
import { BadRow, parseRow } from "./bad-row.ts";
import { Content, extraOf, otherParts, others, textOf } from "./content.ts";
import { TokenCount } from "./token-count.ts";
import type { Transcript, Turn } from "./transcript.ts";

/** Reads a session record by record, so that a bad one costs no other. */
export interface SessionReader {
  /** @throws BadRow when the record cannot be understood; the session goes on without it */
  take(record: unknown): void;
  /** @throws BadRow when no record was a reply */
  end(): Transcript;
}

/**
 * Steps are the indices of the records, from 0. Records that are no message (summaries, snapshots of files, and kinds that are
 * new to us) are kept as notes. A session has no label.
 * @param name name of the file without its end: the id of a session, or of an agent within one
 */
export function claudeCodeSession(name: string): SessionReader {
  const items: (Turn | Reply)[] = [];
  // A reply is written block by block, each with its id; the result of one call may come before the next call.
  const replies = new Map<string, Reply>();
  const seen = nothingSeen();
  let step = 0;
  return {
    take(value) {
      const index = step++;
      const record = parseRow(AnyRecord, value);
      if (record.type !== "user" && record.type !== "assistant") {
        items.push({ kind: "noted", note: `claude-code:${record.type}`.slice(0, 64), data: record });
        return;
      }
      const message = parseRow(MessageRecord, value);
      if (message.type === "user") items.push(...userTurns(message, index));
      else takeReply(items, replies, message, index);
      note(seen, message);
    },
    end() {
      if (!items.some(({ kind }) => kind === "reply")) throw new BadRow("no record is a reply");
      const [first] = seen.sessions;
      const session = seen.sessions.has(name) ? name : first;
      return {
        id: seen.agent === undefined ? session : `${session ?? name}/${seen.agent}`,
        task: null,
        model: seen.model ?? "unknown",
        workspace: seen.cwd ?? "",
        startedAt: seen.first,
        endedAt: seen.last,
        ...endOf(items),
        outcome: { kind: "unknown" },
        turns: items.map((item) => (item.kind === "reply" ? replyTurn(item) : item)),
        extra: {},
      };
    },
  };
}

/** An error of the provider stands in a session as a reply. Where it is the last one, nobody went on. */
function endOf(items: readonly (Turn | Reply)[]): Pick<Transcript, "end"> {
  const last = items.findLast((item) => item.kind === "reply");
  if (last?.last["isApiErrorMessage"] !== true) return {};
  const said = last.content.flatMap((block) => (block.type === "text" ? [block.text] : []));
  return { end: { status: "error", summary: said.join("\n") } };
}

const AnyRecord = z.looseObject({ type: z.string().min(1) });
const MessageRecord = z.looseObject({
  type: z.enum(["user", "assistant"]),
  sessionId: z.string().optional(),
  agentId: z.string().optional(),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  cwd: z.string().optional(),
  isSidechain: z.boolean().optional(),
  message: z.looseObject({
    role: z.enum(["user", "assistant"]),
    content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]),
    id: z.string().optional(),
    model: z.string().optional(),
    stop_reason: z.string().nullish(),
    usage: z
      .looseObject({
        input_tokens: TokenCount.optional(),
        output_tokens: TokenCount.optional(),
        cache_read_input_tokens: TokenCount.nullish(),
        cache_creation_input_tokens: TokenCount.nullish(),
      })
      .nullish(),
  }),
});
type MessageRecord = z.infer<typeof MessageRecord>;

const KNOWN = new Set(["type", "message", "timestamp", "isSidechain", "agentId", "sessionId", "cwd"]);
const KNOWN_OF_MESSAGE = new Set(["role", "content", "model", "stop_reason", "usage", "type"]);

const Blocks = {
  text: z.looseObject({ type: z.literal("text"), text: z.string() }),
  thinking: z.looseObject({
    type: z.literal("thinking"),
    thinking: z.string(),
    signature: z.string().default(""),
  }),
  tool_use: z.looseObject({
    type: z.literal("tool_use"),
    id: z.string().min(1),
    name: z.string().min(1),
    input: z.unknown(),
  }),
  tool_result: z.looseObject({
    type: z.literal("tool_result"),
    tool_use_id: z.string().min(1),
    content: Content,
    is_error: z.boolean().nullish(),
  }),
};

interface Seen {
  readonly sessions: Set<string>;
  /** Set when every record is of one agent that the session started: such have files of their own. */
  agent: string | undefined;
  cwd: string | undefined;
  model: string | undefined;
  first: string | undefined;
  last: string | undefined;
}

function nothingSeen(): Seen {
  return {
    sessions: new Set(),
    agent: undefined,
    cwd: undefined,
    model: undefined,
    first: undefined,
    last: undefined,
  };
}

function note(seen: Seen, { sessionId, agentId, cwd, timestamp, message }: MessageRecord): void {
  if (sessionId !== undefined) seen.sessions.add(sessionId);
  seen.agent ??= agentId;
  seen.cwd ??= cwd;
  seen.model ??= message.model;
  seen.first ??= timestamp;
  seen.last = timestamp ?? seen.last;
}

interface Reply {
  readonly kind: "reply";
  readonly step: number;
  readonly content: ContentBlock[];
  readonly parts: unknown[];
  last: MessageRecord;
}

function takeReply(
  items: (Turn | Reply)[],
  replies: Map<string, Reply>,
  record: MessageRecord,
  step: number,
): void {
  const { id } = record.message;
  const begun = id === undefined ? undefined : replies.get(id);
  if (begun !== undefined) {
    join(begun, record);
    return;
  }
  const reply: Reply = { kind: "reply", step, content: [], parts: [], last: record };
  join(reply, record);
  items.push(reply);
  if (id !== undefined) replies.set(id, reply);
}

function join(reply: Reply, record: MessageRecord): void {
  const { content } = record.message;
  const blocks = typeof content === "string" ? [{ type: "text", text: content }] : content;
  for (const block of blocks) {
    const known = blockOf(block);
    reply.content.push(known ?? { type: "text", text: `[${block.type}]` });
    if (known === undefined) reply.parts.push(block);
  }
  reply.last = record;
}

/** Undefined when the block is of a kind that a reply of ours cannot hold. @throws BadRow when it is broken */
function blockOf(block: { readonly type: string }): ContentBlock | undefined {
  switch (block.type) {
    case "text":
      return { type: "text", text: parseRow(Blocks.text, block).text };
    case "thinking": {
      const { thinking, signature } = parseRow(Blocks.thinking, block);
      return { type: "thinking", thinking, signature };
    }
    case "tool_use": {
      const { id, name, input } = parseRow(Blocks.tool_use, block);
      return { type: "tool_use", id, name, input: input ?? {} };
    }
    default:
      return undefined;
  }
}

function replyTurn({ step, content, parts, last }: Reply): Turn {
  const stopReason = StopReason.safeParse(last.message.stop_reason).data;
  return {
    kind: "acted",
    content,
    ...(stopReason === undefined ? {} : { stopReason }),
    model: last.message.model,
    usage: usageOf(last),
    at: last.timestamp,
    source: sourceOf(last, step, parts.length === 0 ? undefined : parts),
  };
}

function userTurns(record: MessageRecord, step: number): Turn[] {
  const { content } = record.message;
  const source = sourceOf(record, step, typeof content === "string" ? undefined : otherThanKnown(content));
  if (typeof content === "string") return [{ kind: "told", role: "user", text: content, source }];
  return content.map((block): Turn => {
    if (block.type !== "tool_result") return { kind: "told", role: "user", text: textOf([block]), source };
    const result = parseRow(Blocks.tool_result, block);
    return {
      kind: "answered",
      callId: result.tool_use_id,
      content: textOf(result.content),
      isError: result.is_error === true,
      at: record.timestamp,
      source,
    };
  });
}

function otherThanKnown(content: readonly { readonly type: string }[]): unknown[] | undefined {
  return otherParts(
    content.flatMap((block) =>
      block.type === "tool_result" ? (parseRow(Blocks.tool_result, block).content ?? []) : [block],
    ),
  );
}

function sourceOf(record: MessageRecord, step: number, parts: unknown[] | undefined) {
  const agent = record.agentId ?? (record.isSidechain === true ? "sidechain" : undefined);
  return {
    step,
    ...(agent === undefined ? {} : { agent }),
    ...extraOf({ ...others(record, KNOWN), ...others(record.message, KNOWN_OF_MESSAGE), parts }),
  };
}

function usageOf({ message: { usage } }: MessageRecord): Usage | undefined {
  if (usage?.input_tokens === undefined || usage.output_tokens === undefined) return undefined;
  return {
    input_tokens: usage.input_tokens,
    output_tokens: usage.output_tokens,
    cache_read_input_tokens: usage.cache_read_input_tokens ?? 0,
    cache_creation_input_tokens: usage.cache_creation_input_tokens ?? 0,
  };
}
