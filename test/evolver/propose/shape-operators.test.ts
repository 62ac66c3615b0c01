import { bad, call, lastSeen, ok, reply, wireError } from "../../helpers/scripted-kernel.ts";
import type { Script } from "../../helpers/scripted-kernel.ts";
import type { Trace } from "../../../evolver/failure.ts";
import type { ErrorCode } from "../../../runtime/kernel/protocol.ts";
import { asked, called, failed, finished, refused, say, shown, threw, trace, use, user } from "../traces.ts";
import { describeRepairs } from "./operator-repairs.ts";
import type { Played, Repair } from "./operator-repairs.ts";

const done = ({ finish }: Played): boolean => finish.status === "done";
const wrong = finished("done", "done");
const rejected = (message: string) => [refused("invalid_request", message), threw(message)];
const rounds = (count: number, tools: Script["tools"] = { bash: () => ok("fine") }): Script => ({
  replies: (_, kernel) => (kernel.requests.length <= count ? reply(call("bash")) : reply("done")),
  tools,
});
const circle = (): Trace =>
  trace(
    ...Array.from({ length: 6 }, () => [
      asked([user("go")], [use("bash", {})]),
      called("bash", {}, { content: "same" }),
    ]),
    finished("budget", "out of turns"),
  );
const orphaned = (): Trace =>
  trace(
    asked([user("go"), shown("one")], [use("bash", {})]),
    ...rejected("unexpected tool_use_id in tool_result: c1"),
  );
/** Refused so often that only a harness that goes on for ever gets an answer. */
const outage = (code: ErrorCode = "connection"): Script => ({
  replies: (_, kernel) => (kernel.requests.length > 30 ? reply("done") : wireError(code, "refused")),
});

const REPAIRS: readonly Repair[] = [
  {
    operator: "serialise-calls",
    styles: ["arrow", "agent"],
    failure: trace(
      asked([user("go")], [use("write", {}, "c1"), use("read", {}, "c2")]),
      called("read", {}, { content: "old" }, "c2"),
      called("write", {}, { content: "written" }, "c1"),
      wrong,
    ),
    script: () => ({
      replies: [reply(call("write"), call("read")), reply("done")],
      tools: {
        // Its effect is there a little later than the call.
        write: (_, __, kernel) => {
          void Promise.resolve().then(() => kernel.note("written", {}));
          return ok("written");
        },
        read: (_, __, kernel) => ok(kernel.notesOf("written").length > 0 ? "new" : "old"),
      },
    }),
    right: ({ kernel }) => lastSeen(kernel.requests.at(-1)).includes("new"),
  },
  {
    operator: "calls-first",
    styles: ["plain", "destructured"],
    failure: trace(
      {
        kind: "model_called",
        step: 1,
        request: { hash: "h", shared: 0, messages: [user("go")] },
        reply: { content: [use("bash", {})], stop_reason: "end_turn", model: "scripted" },
        ms: 1,
      },
      wrong,
    ),
    script: () => ({
      replies: [{ ...reply(call("bash")), stop_reason: "end_turn" }, reply("done")],
      tools: { bash: () => ok("fine") },
    }),
    right: ({ kernel }) => kernel.calls.length === 1,
  },
  {
    operator: "store-once",
    styles: ["twice", "method"],
    failure: trace(asked([user("go"), user("go")], []), ...rejected("roles must alternate")),
    script: () => rounds(2),
    right: done,
  },
  {
    operator: "send-once",
    styles: ["twice", "method"],
    failure: trace(asked([user("go"), user("go")], []), ...rejected("roles must alternate")),
    script: () => rounds(2),
    right: done,
  },
  {
    operator: "store-whole-reply",
    styles: ["text", "destructured"],
    failure: orphaned(),
    script: () => ({
      replies: [reply("I look.", call("bash")), reply("done")],
      tools: { bash: () => ok("fine") },
    }),
    right: done,
  },
  {
    operator: "snap-cut",
    styles: ["window", "splice"],
    failure: orphaned(),
    script: () => rounds(5),
    right: done,
  },
  {
    operator: "shrink-only",
    styles: ["summary"],
    failure: trace(refused("context_overflow", "the prompt is too long"), threw("the prompt is too long")),
    script: () => ({
      replies: (request, kernel) => {
        if (request.tools === undefined) return reply("blah ".repeat(2000));
        return kernel.calls.length < 8 ? reply(call("bash")) : reply("done");
      },
      tools: { bash: () => ok("fine") },
    }),
    right: ({ finish, kernel }) =>
      finish.status === "done" &&
      kernel.requests.every((request) => JSON.stringify(request.messages).length < 8000),
  },
  {
    operator: "shrink-only",
    styles: ["unheard"],
    failure: trace(refused("context_overflow", "the prompt is too long"), threw("the prompt is too long")),
    script: () => outage("context_overflow"),
    right: "throws",
  },
  {
    operator: "bound-attempts",
    styles: ["while", "loop"],
    failure: trace(
      ...Array.from({ length: 8 }, () => refused("connection", "connection refused", true)),
      finished("budget", "out of turns"),
    ),
    script: () => outage(),
    right: "throws",
  },
  {
    operator: "retry-selectively",
    styles: ["result", "failure"],
    failure: trace(
      asked([user("go")], [use("bash", {})]),
      called("bash", {}, failed("half of it done")),
      called("bash", {}, failed("it is there already")),
      asked([shown("it is there already")], [say("I cannot do it.")], 1),
      wrong,
    ),
    script: () => rounds(1, { bash: () => bad("half of it done") }),
    right: ({ kernel }) => kernel.calls.length === 1,
  },
  {
    operator: "honour-retry-after",
    styles: ["model", "tool"],
    failure: trace(
      asked([user("go")], [use("bash", {})]),
      called(
        "bash",
        {},
        {
          content: "busy",
          is_error: true,
          failure: { kind: "transient", retry_after_ms: 900 },
        },
      ),
      asked([shown("busy")], [say("I cannot do it.")], 1),
      wrong,
    ),
    script: (style) => ({
      replies: (_, kernel) => {
        if (style === "model" && kernel.elapsed() < 900)
          return wireError("rate_limited", "later", { retryable: true, retry_after_ms: 900 });
        return style === "tool" && kernel.requests.length === 1 ? reply(call("bash")) : reply("done");
      },
      tools: {
        bash: (_, __, kernel) =>
          kernel.elapsed() < 900
            ? bad("busy", { failure: { kind: "transient", retry_after_ms: 900 } })
            : ok("the figures"),
      },
    }),
    right: ({ finish, kernel }) =>
      finish.status === "done" &&
      kernel.waits.every((ms) => ms === 900) &&
      (kernel.calls.length === 0 || lastSeen(kernel.requests.at(-1)) === "the figures"),
  },
  {
    operator: "steady-key",
    styles: ["last", "counted"],
    failure: circle(),
    script: () => ({
      replies: (_, kernel) => (kernel.requests.length <= 20 ? reply(call("bash")) : reply("done")),
      tools: {
        bash: (_, __, { calls }) => ok(`no such file; took ${calls.length * 7} ms, pid ${calls.length}`),
      },
    }),
    right: ({ finish, kernel }) => finish.status === "gave_up" && kernel.calls.length === 4,
  },
  {
    operator: "isolate-services",
    styles: ["note", "skills"],
    failure: trace(threw("the run is over its limit of notes")),
    script: () => ({
      replies: (_, kernel) => {
        kernel.note = () => Promise.reject(new Error("over the limit of notes"));
        return reply("done");
      },
      skills: [{ name: "safety", description: "", body: "Ask first.", dir: "/skills/safety" }],
    }),
    right: done,
  },
  {
    operator: "offer-all-tools",
    styles: ["filter", "none"],
    failure: trace(asked([user("go")], [say("I have no tool for that.")]), finished("gave_up", "I give up")),
    script: () => ({
      replies: [
        (request) =>
          request.tools?.some(({ name }) => name === "count-words") ? reply(call("count-words")) : reply("?"),
        reply("done"),
      ],
      tools: { bash: () => ok(""), "count-words": () => ok("7") },
    }),
    right: ({ kernel }) => kernel.calls.length === 1,
  },
  {
    operator: "skip-cache",
    styles: ["map", "record"],
    failure: trace(
      asked([user("go")], [use("read", {})]),
      called("read", {}, { content: "old" }),
      asked([shown("old")], [use("write", {}, "c2")], 1),
      called("write", {}, { content: "written" }, "c2"),
      asked([shown("old")], [use("read", {}, "c3")], 2),
      asked([shown("old", { id: "c3" })], [say("Nothing was written.")], 3),
      wrong,
    ),
    script: () => {
      let text = "old";
      return {
        replies: [reply(call("read")), reply(call("write")), reply(call("read")), reply("done")],
        tools: { read: () => ok(text), write: () => ((text = "new"), ok("written")) },
      };
    },
    right: ({ kernel }) => lastSeen(kernel.requests.at(-1)) === "new",
  },
  {
    operator: "convert-units",
    styles: ["twice", "seconds"],
    failure: trace(
      ...Array.from({ length: 4 }, () => refused("rate_limited", "later", true)),
      finished("error", "later"),
    ),
    script: () => ({
      replies: (_, kernel) =>
        kernel.elapsed() < 1500
          ? wireError("rate_limited", "later", { retryable: true, retry_after_ms: 1500 })
          : reply("done"),
    }),
    right: ({ finish, kernel }) => finish.status === "done" && kernel.waits.length === 1,
  },
  {
    operator: "tolerate-line-ends",
    styles: ["marker", "first"],
    failure: trace(
      asked([user("go")], [use("bash", {})]),
      called("bash", {}, { content: "ALL DONE\r\n" }),
      asked([shown("ALL DONE\r\n")], [say("It is done.")], 1),
      wrong,
    ),
    script: () => ({ replies: [reply(call("bash"))], tools: { bash: () => ok("ALL DONE\r\nbye\r\n") } }),
    right: done,
  },
  {
    operator: "head-and-tail",
    styles: ["tail"],
    failure: trace(
      asked([user("go")], [use("bash", {})]),
      called("bash", {}, { content: `first ${"x".repeat(6000)} last` }),
      asked([shown(`${"x".repeat(1995)} last`)], [say("I cannot find the first line.")], 1),
      finished("done", "I cannot find the first line."),
    ),
    script: () => rounds(1, { bash: () => ok(`first ${"x".repeat(6000)} last`) }),
    right: ({ kernel }) => /^first .* last$/s.test(lastSeen(kernel.requests.at(-1))),
  },
  {
    operator: "retry-transient",
    styles: ["in-vain"],
    failure: trace(
      asked([user("go")], [use("bash", {})]),
      called("bash", {}, failed("503 service unavailable", "transient")),
      asked([shown("503 service unavailable")], [say("I cannot do it.")], 1),
      finished("gave_up", "I cannot do it."),
    ),
    script: () =>
      rounds(1, {
        bash: (_, __, { calls }) =>
          calls.length < 3 ? bad("503", { failure: { kind: "transient" } }) : ok("the figures"),
      }),
    right: ({ kernel }) => lastSeen(kernel.requests.at(-1)) === "the figures",
  },
];

describeRepairs(REPAIRS);
