/** Facts about what a harness sends: its texts, the order of its messages, and what compaction made of them. */
import type { Message } from "../../../runtime/kernel/protocol.ts";
import { blocksOf, fingerprint } from "../view.ts";
import type { View } from "../view.ts";
import type { Fact } from "./fact-words.ts";

/** Takes a fact down when it holds. */
export type Note = (fact: Fact, holds: boolean) => void;

export function texts(view: View, note: Note): void {
  let system: string | undefined;
  for (const [at, { event, index }] of view.models.entries()) {
    const messages = view.requests.get(index) ?? [];
    const fresh = event.request.messages;
    const all = fresh.flatMap((message) => blocksOf(message).map((block) => ({ role: message.role, block })));
    const strings = [event.request.system ?? "", ...all.map(({ block }) => JSON.stringify(block))];
    note(
      "half_character",
      strings.some((text) => !text.isWellFormed() || /\\ud[89a-f]|\uFFFD/i.test(text)),
    );
    const own = [
      event.request.system ?? "",
      ...all.flatMap(({ block }) => (block.type === "text" ? [block.text] : [])),
    ];
    note(
      "carriage_return",
      own.some((text) => text.includes("\r")),
    );
    note(
      "text_blank",
      all.some(({ block }) => block.type === "text" && block.text.trim() === ""),
    );
    const ids = messages.flatMap((message) =>
      blocksOf(message).flatMap((block) => (block.type === "tool_use" ? [block.id] : [])),
    );
    note("id_twice", new Set(ids).size < ids.length);
    note("placeholder_left", /\{\{\w+\}\}/.test(event.request.system ?? ""));
    note(
      "roles_repeat",
      messages.some((message, i) => message.role === messages[i - 1]?.role),
    );
    note(
      "odd_rendering",
      strings.some((text) => /\[object \w+\]|\bundefined\b|\bNaN\b/.test(text)),
    );
    const printed = messages.map((message) => JSON.stringify(message));
    note(
      "message_repeated",
      printed.some((text, i) => text.length > 60 && printed.indexOf(text) < i),
    );
    const orphaned = messages.some((message, i) => hasOrphan(message, messages[i - 1]));
    note("results_orphaned", orphaned);
    note("text_before_results", !orphaned && messages.some(mixed));
    if (event.request.system !== undefined && !isNotes(view, at)) {
      note("system_changed", system !== undefined && system !== event.request.system);
      system = event.request.system;
    }
  }
}

export function compactions(view: View, note: Note): void {
  const { events } = view.trace;
  const started = events.find(({ kind }) => kind === "run_started");
  const task = started?.kind === "run_started" ? started.instruction.trim() : "";
  let compacted = false;
  const done = new Set<string>();
  for (const event of events) {
    if (event.kind === "noted" && event.note.includes("compact")) {
      compacted = true;
      note("stalled", event.data["smaller"] === false);
    }
    if (event.kind === "tool_called" && event.capability !== "observe") {
      const print = fingerprint(event);
      note("done_again", compacted && done.has(print));
      done.add(print);
    }
  }
  note(
    "no_compaction",
    !compacted && view.models.some(({ event }) => event.error?.code === "context_overflow"),
  );
  for (const [at, { event, index }] of view.models.entries()) {
    const messages = view.requests.get(index) ?? [];
    const plain = messages.map((message) => JSON.stringify(message)).join("\n");
    if (!isNotes(view, at)) {
      note("task_lost", task !== "" && !plain.includes(JSON.stringify(task).slice(1, -1)));
      continue;
    }
    const next = view.models[at + 1];
    const after = next ? JSON.stringify(view.requests.get(next.index) ?? []) : undefined;
    const said =
      event.reply?.content
        .flatMap((block) => (block.type === "text" ? [block.text.trim()] : []))
        .join("\n") ?? "";
    if (after !== undefined && said !== "")
      note("notes_lost", !after.includes(JSON.stringify(said.slice(0, 60)).slice(1, -1)));
    const names = view.calls.filter((call) => call.index < index).map((call) => call.event.name);
    note("notes_of_nothing", names.length > 0 && !names.some((name) => plain.includes(name)));
    note("notes_late", view.models.length - at <= 3 && view.finished?.event.status === "budget");
  }
}

export function skills(view: View, note: Note): void {
  const sent = view.models
    .map(({ event }) => `${event.request.system ?? ""}\n${JSON.stringify(event.request.messages)}`)
    .join("\n");
  note("skill_unshown", view.models.length > 0 && view.skills.some((name) => !sent.includes(name)));
  for (const event of view.trace.events) {
    if (event.kind !== "skills_searched") continue;
    const best = event.hits.toSorted((a, b) => b.score - a.score)[0];
    note(
      "skill_passed_over",
      best !== undefined && view.skills.length > 0 && !view.skills.includes(best.name),
    );
  }
}

/** A request of one message with another system text than the first: the harness asks for itself. */
export function isNotes(view: View, at: number): boolean {
  const own = view.models[at]?.event.request;
  const first = view.models[0]?.event.request;
  return (
    at > 0 &&
    own?.system !== undefined &&
    own.system !== first?.system &&
    own.messages.length === 1 &&
    own.shared === 0
  );
}

function hasOrphan(message: Message, before: Message | undefined): boolean {
  const asked = new Set(
    (before ? blocksOf(before) : []).flatMap((block) => (block.type === "tool_use" ? [block.id] : [])),
  );
  return blocksOf(message).some((block) => block.type === "tool_result" && !asked.has(block.tool_use_id));
}

function mixed(message: Message): boolean {
  const blocks = blocksOf(message);
  const first = blocks.findIndex(({ type }) => type === "tool_result");
  return message.role === "user" && first > 0;
}
