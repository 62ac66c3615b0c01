/** A run of several agents as the turns of their conversation. */
import type { EventOf, TrajectoryEvent } from "../../../runtime/kernel/trajectory/events.ts";
import type { Trace } from "../../failure.ts";

export interface Turn {
  /** Index of its event in the trace. */
  readonly index: number;
  readonly author: string;
  readonly text: string;
  /** It reports what was executed: a terminal, an executor of code. Nobody decided anything in it. */
  readonly environment: boolean;
  /** What came of it: results of its tool calls, and what the environment said before the next agent spoke. */
  readonly observed: string | undefined;
}

export interface Conversation {
  readonly turns: readonly Turn[];
  /** What the agents were asked to do; empty when the source does not say. */
  readonly question: string;
  /** An agent said that the work is over. A conversation without it ran into a limit. */
  readonly ended: boolean;
}

/** Undefined when the run names no authors, as those of a single agent do. */
export function conversationOf({ run, events }: Trace): Conversation | undefined {
  const said = events.flatMap((event, index) => spokenBy(event, index));
  if (said.length === 0) return undefined;
  const environments = environmentsAmong(said);
  const turns = said.map((turn, at) => ({
    ...turn,
    environment: environments.has(turn.author),
    observed: observedAfter(events, said, at, environments),
  }));
  const last = turns.findLast((turn) => !turn.environment);
  return { turns, question: run.instruction, ended: last !== undefined && OVER.test(last.text) };
}

const OVER = /\bTERMINATE\b|\btask (?:is )?complete(?:d)?\b|\bFINAL ANSWER\b/;

type Said = Pick<Turn, "index" | "author" | "text">;

function spokenBy(event: TrajectoryEvent, index: number): Said[] {
  if (event.kind !== "model_called" || event.source?.agent === undefined) return [];
  return [{ index, author: event.source.agent, text: textOf(event) }];
}

function textOf({ reply }: EventOf<"model_called">): string {
  const parts = (reply?.content ?? []).map((block) => {
    if (block.type === "text") return block.text;
    return block.type === "tool_use" ? `${block.name} ${JSON.stringify(block.input)}` : "";
  });
  return parts.filter((part) => part !== "").join("\n");
}

/** By name, or because most of what an author says is the output of programs. */
function environmentsAmong(said: readonly Said[]): Set<string> {
  const authors = Map.groupBy(said, ({ author }) => author);
  return new Set(
    [...authors].flatMap(([author, turns]) => {
      const outputs = turns.filter(({ text }) => OUTPUT.test(text)).length;
      return MACHINE.test(author) || outputs > turns.length / 2 ? [author] : [];
    }),
  );
}

const MACHINE = /terminal|executor|console|\bshell\b|environment|sandbox/i;
const OUTPUT = /^\s*(?:exit ?code:|Traceback \(most recent call last\)|Code output:|There is no code from)/i;

function observedAfter(
  events: readonly TrajectoryEvent[],
  said: readonly Said[],
  at: number,
  environments: ReadonlySet<string>,
): string | undefined {
  const own = said[at];
  const next = said[at + 1];
  if (own === undefined || environments.has(own.author)) return undefined;
  const results = events
    .slice(own.index + 1, next?.index)
    .flatMap((event) => (event.kind === "tool_called" ? [resultOf(event)] : []));
  if (next !== undefined && environments.has(next.author)) results.push(next.text);
  return results.length === 0 ? undefined : results.join("\n");
}

function resultOf({ result }: EventOf<"tool_called">): string {
  return result.is_error ? `Error: ${result.content}` : result.content;
}
