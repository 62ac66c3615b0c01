import type { ContentBlock, ModelRequest, StopReason } from "../../../runtime/kernel/protocol.ts";
import type { TrajectoryEvent } from "../../../runtime/kernel/trajectory/events.ts";
import { bad, call, lastSeen, ok, reply, stopped, wireError } from "../../helpers/scripted-kernel.ts";
import type { Script } from "../../helpers/scripted-kernel.ts";
import { asked, called, finished, refused, say, shown, threw, trace, use, user } from "../traces.ts";
import { describeRepairs } from "./operator-repairs.ts";
import type { Played, Repair } from "./operator-repairs.ts";

const done = ({ finish }: Played): boolean => finish.status === "done";
const wrong = finished("done", "done");
const rejected = (message: string) => [refused("invalid_request", message), threw(message)];
/** This many rounds of one call each, then the end. */
const rounds = (count: number, tools: Script["tools"] = { bash: () => ok("fine") }): Script => ({
  replies: (_, kernel) => (kernel.requests.length <= count ? reply(call("bash")) : reply("done")),
  tools,
});
const askedAndStopped = (stop_reason: StopReason, block: ContentBlock): TrajectoryEvent => ({
  kind: "model_called",
  step: 1,
  request: { hash: "h", shared: 0, messages: [user("go")] },
  reply: { content: [block], stop_reason, model: "scripted" },
  ms: 1,
});
const sees = (request: ModelRequest | undefined, text: string): boolean =>
  JSON.stringify(request?.messages).includes(text);

const CASES: readonly Repair[] = [
  {
    operator: "pair-results",
    styles: ["window", "abandoned"],
    failure: trace(
      asked([user("go")], [use("bash", {}, "c1"), use("bash", {}, "c2")]),
      asked([shown("two", { id: "c2" }), shown("one", { id: "c1" })], [], 1),
      ...rejected("unexpected tool_use_id in tool_result: c1"),
    ),
    script: (style) => ({
      replies: (_, kernel) =>
        kernel.requests.length <= 4 ? reply(call("bash", { n: 1 }), call("bash", { n: 2 })) : reply("done"),
      tools: {
        bash: (_, __, { calls }) =>
          style === "abandoned" && calls.length === 3 ? new Error("gone") : ok("fine"),
      },
    }),
    right: ({ finish, kernel }) => finish.status === "done" && kernel.requests.length === 5,
  },
  {
    operator: "merge-roles",
    styles: ["reminder", "split"],
    failure: trace(asked([user("go"), user("on")], []), ...rejected("roles must alternate")),
    script: () => ({
      replies: [reply("Let me see.", call("bash")), reply("done")],
      tools: { bash: () => ok("it") },
    }),
    right: done,
  },
  {
    operator: "drop-empty-parts",
    styles: ["plain", "history"],
    failure: trace(asked([user("go"), user("")], []), ...rejected("text content blocks must be non-empty")),
    script: () => ({
      replies: [reply("", call("bash")), reply(call("bash")), reply("done")],
      tools: { bash: () => ok("") },
    }),
    right: ({ finish, kernel }) =>
      finish.status === "done" && lastSeen(kernel.requests.at(-1)) === "(no output)",
  },
  {
    operator: "fresh-call-ids",
    styles: ["plain", "agent"],
    failure: trace(
      asked([user("go")], [use("bash", {}, "call_0")]),
      asked([shown("one", { id: "call_0" })], [use("bash", {}, "call_0")], 1),
      ...rejected("tool_use ids must be unique"),
    ),
    script: () => ({
      replies: (_, kernel) =>
        kernel.requests.length <= 3 ? reply(call("bash", {}, "call_0")) : reply("done"),
      tools: { bash: () => ok("fine") },
    }),
    right: done,
  },
  {
    operator: "keep-task",
    styles: ["window", "summary"],
    failure: trace(
      asked([user("do the chore")], [use("bash", {})]),
      asked([user("Earlier: 2 messages.")], [say("What should I do?")]),
      finished("done", "What should I do?"),
    ),
    script: () => rounds(3),
    right: ({ kernel }) =>
      kernel.requests.length === 4 &&
      kernel.requests.every((request) => JSON.stringify(request.messages).split("do the chore").length === 2),
  },
  {
    operator: "fit-context",
    styles: ["plain", "agent"],
    failure: trace(
      asked([user("go")], [use("bash", {})]),
      refused("context_overflow", "the prompt is too long"),
      threw("the prompt is too long"),
    ),
    script: () => {
      const tooLong = (request: ModelRequest): boolean => JSON.stringify(request.messages).length > 3000;
      return {
        replies: (request, kernel) => {
          if (tooLong(request)) return wireError("context_overflow", "the prompt is too long");
          return kernel.calls.length < 6 ? reply(call("bash")) : reply("done");
        },
        tools: { bash: () => ok("x".repeat(900)) },
      };
    },
    right: ({ finish, kernel }) =>
      finish.status === "done" && kernel.calls.length === 6 && sees(kernel.requests.at(-1), "do the chore"),
  },
  {
    operator: "redo-cut-reply",
    styles: ["plain", "agent"],
    failure: trace(
      askedAndStopped("max_tokens", use("write", { path: "a" })),
      called("write", { path: "a" }, { content: "written" }),
      wrong,
    ),
    script: () => ({
      replies: [
        stopped("max_tokens", call("write", { text: "one, t" })),
        reply(call("write", { text: "one, two" })),
        reply("done"),
      ],
      tools: { write: () => ok("written") },
    }),
    right: ({ kernel }) => kernel.calls.length === 1 && JSON.stringify(kernel.calls).includes("one, two"),
  },
  {
    operator: "continue-paused",
    styles: ["plain", "agent"],
    failure: trace(askedAndStopped("pause_turn", say("I look it up.")), wrong),
    script: () => ({
      replies: [stopped("pause_turn", "I look it up."), reply(call("bash")), reply("done")],
      tools: { bash: () => ok("fine") },
    }),
    right: ({ kernel }) => kernel.calls.length === 1 && sees(kernel.requests.at(-1), "I look it up."),
  },
  {
    operator: "release-tool-choice",
    styles: ["any", "named"],
    failure: trace(
      ...Array.from({ length: 6 }, () => [
        asked([user("go")], [use("bash", {})]),
        called("bash", {}, { content: "same" }),
      ]),
      finished("budget", "out of turns"),
    ),
    script: () => ({
      replies: (request) => (request.tool_choice === undefined ? reply("done") : reply(call("bash"))),
      tools: { bash: () => ok("fine") },
    }),
    right: ({ finish, kernel }) => finish.status === "done" && kernel.calls.length === 1,
  },
  {
    operator: "send-object-inputs",
    styles: ["plain", "agent"],
    failure: trace(
      asked([user("go")], [use("bash", "ls")]),
      asked([{ role: "assistant", content: [use("bash", "ls")] }, shown("?")], [], 1),
      ...rejected("tool_use.input: Input should be an object"),
    ),
    script: () => ({
      replies: [reply(call("bash", "ls")), reply(call("bash", null)), reply("done")],
      tools: { bash: (input) => bad(`no object: ${String(input)}`) },
    }),
    right: done,
  },
  {
    operator: "whole-characters",
    styles: ["plain", "agent"],
    failure: trace(
      asked([user("go")], [use("bash", {})]),
      asked([shown("half of it: \uD83D")], [], 1),
      ...rejected("the body is not valid JSON: lone surrogate"),
    ),
    script: () => rounds(1, { bash: () => ok("half of it: \uD83D") }),
    right: ({ kernel }) => lastSeen(kernel.requests.at(-1)) === "half of it: \uFFFD",
  },
  {
    operator: "check-calls",
    styles: ["plain", "agent"],
    failure: trace(
      asked([user("go")], [use("shell", {})]),
      called("shell", {}, { content: "unknown tool", is_error: true, failure: { kind: "unknown_tool" } }),
      asked([shown("unknown tool", { is_error: true })], [say("I cannot do it.")], 1),
      wrong,
    ),
    script: () => ({
      replies: [
        reply(call("shell", { command: "ls" })),
        (request) => (sees(request, "Available tools: bash") ? reply(call("bash")) : reply("I give up")),
        reply("done"),
      ],
      tools: { bash: () => ok("fine") },
    }),
    right: ({ kernel }) => kernel.calls.length === 1 && kernel.calls[0]?.name === "bash",
  },
  {
    operator: "mark-failures",
    styles: ["plain", "agent"],
    failure: trace(
      asked([user("go")], [use("bash", {})]),
      called("bash", {}, { content: "2 of 7 tests", exit_code: 1 }),
      asked([shown("2 of 7 tests")], [say("All tests pass.")], 1),
      wrong,
    ),
    script: () => rounds(1, { bash: () => ok("2 of 7 tests", { exit_code: 1 }) }),
    right: ({ kernel }) =>
      lastSeen(kernel.requests.at(-1)) === "error: exit code 1\n2 of 7 tests" &&
      sees(kernel.requests.at(-1), '"is_error":true'),
  },
  {
    operator: "bound-results",
    styles: ["plain", "agent"],
    failure: trace(
      asked([user("go")], [use("bash", {})]),
      called("bash", {}, { content: "x", total_bytes: 400_000 }),
      refused("context_overflow", "the prompt is too long"),
      threw("the prompt is too long"),
    ),
    script: () => rounds(1, { bash: () => ok(`first ${"x".repeat(200_000)} total: 42`) }),
    right: ({ kernel }) => {
      const text = lastSeen(kernel.requests.at(-1));
      return text.length <= 40_000 && text.startsWith("first") && text.endsWith("total: 42");
    },
  },
  {
    operator: "break-repetition",
    styles: ["plain", "agent"],
    failure: trace(
      ...Array.from({ length: 5 }, (_, at) => [
        asked([user("go")], [use("bash", {}, `c${at}`)]),
        called("bash", {}, { content: "same" }, `c${at}`),
      ]),
      finished("budget", "out of turns"),
    ),
    script: () => ({
      replies: (request, kernel) => {
        if (sees(request, "You are repeating")) return reply("I stop.");
        return kernel.requests.length > 20 ? reply("done") : reply(call("bash", { command: "ls" }));
      },
      tools: { bash: () => ok("same") },
    }),
    right: ({ kernel }) => kernel.calls.length === 3,
  },
  {
    operator: "check-before-end",
    styles: ["plain", "agent"],
    failure: trace(
      asked([user("go")], [use("write", { path: "a" })]),
      { ...called("write", { path: "a" }, { content: "written" }), capability: "write" } as TrajectoryEvent,
      asked([shown("written")], [say("The file is written and complete.")], 1),
      finished("done", "The file is written and complete."),
    ),
    script: () => ({
      replies: (request, kernel) => {
        if (kernel.calls.length === 0) return reply(call("write", { text: "half" }));
        if (kernel.calls.length === 1 && sees(request, "Before you finish")) return reply(call("read"));
        return reply("It is done.");
      },
      tools: { write: () => ok("written"), read: () => ok("half") },
    }),
    right: ({ finish, kernel }) =>
      finish.summary === "It is done." && kernel.calls.length === 2 && kernel.requests.length === 4,
  },
  {
    operator: "keep-prompts",
    styles: ["plain", "agent"],
    failure: trace(
      asked([user("go")], [say("I do not know how to do this.")]),
      finished("gave_up", "I do not know how to do this."),
    ),
    script: () => ({
      ...rounds(2),
      prompts: { system: "Work step by step.", lessons: "- Count from one." },
    }),
    right: ({ kernel }) =>
      kernel.requests.length === 3 &&
      kernel.requests.every(({ system }) => system === "Work step by step.\n\n- Count from one."),
  },
];

describeRepairs(CASES);
