/** What each format becomes: the events that a run of our own would have left. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exportAtif } from "../../../../../runtime/kernel/trajectory/atif.ts";
import { formatNamed } from "../../../../../runtime/kernel/trajectory/import/formats.ts";
import { claudeCodeSession } from "../../../../../runtime/kernel/trajectory/import/claude-code.ts";
import { parseAtif } from "../../../../../runtime/kernel/trajectory/import/atif.ts";
import { parseMiniSweAgent } from "../../../../../runtime/kernel/trajectory/import/mini-swe-agent.ts";
import type { RunRow } from "../../../../../runtime/kernel/store/store.ts";
import { badRows, FIXTURES, readAll, runsOf } from "./read.ts";

const SESSION = "7b1e0000-0000-4000-8000-000000000001";

describe("atif", async () => {
  const reads = await readAll("atif", join(FIXTURES, "two-agents.atif.jsonl"));
  const [first, second] = runsOf("atif", reads) as [
    ReturnType<typeof runsOf>[number],
    ReturnType<typeof runsOf>[number],
  ];

  test("every step of an agent is a model call by its author, with the index of the step", () => {
    expect(badRows(reads)).toEqual([]);
    expect(first.of("model_called").map(({ source }) => [source?.step, source?.agent])).toEqual([
      [1, "Planner"],
      [2, "Coder"],
      [4, "Planner"],
    ]);
    expect(first.of("model_called")[1]).toMatchObject({
      reply: {
        content: [
          { type: "thinking", thinking: "2 3 5 7" },
          { type: "text", text: "Running it." },
          { type: "tool_use", id: "c1", name: "python", input: { code: "print(4)" } },
          { type: "tool_use", id: "c2" },
        ],
        stop_reason: "tool_use",
        model: "m-1",
      },
      usage: { input_tokens: 60, cache_read_input_tokens: 40, output_tokens: 20 },
      cost_usd: 0.01,
    });
  });

  test("results find their calls, in whatever order they came, and errors are told by their text", () => {
    expect(
      first
        .of("tool_called")
        .map(({ call_id, input, result, source }) => [call_id, input, result.is_error, source]),
    ).toEqual([
      ["c2", { code: "1/0" }, true, { step: 2, agent: "Coder" }],
      ["c1", { code: "print(4)" }, false, { step: 2, agent: "Coder" }],
    ]);
  });

  test("a request holds all that was said before, and each message once", () => {
    expect(first.requests[0]).toEqual([{ role: "user", content: "How many primes are below ten?" }]);
    expect(first.requests.at(-1)).toEqual([
      { role: "user", content: "How many primes are below ten?" },
      { role: "assistant", content: [{ type: "text", text: "I will count them." }] },
      { role: "assistant", content: first.of("model_called")[1]?.reply?.content },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "c2",
            content: "ZeroDivisionError: division by zero",
            is_error: true,
          },
          { type: "tool_result", tool_use_id: "c1", content: "4" },
        ],
      },
      { role: "user", content: "Anything else?" },
    ]);
  });

  test("what has no place is kept", () => {
    expect(first.of("run_started")[0]).toMatchObject({
      task: "primes",
      imported: { format: "atif", id: "maths-1", extra: { notes: "seen live", agent: { name: "team" } } },
    });
    expect(first.of("model_called")[0]?.source?.extra).toMatchObject({ confidence: 0.4 });
    expect(first.of("model_called")[2]?.source?.extra).toMatchObject({
      told: [{ step: 3, agent: "Moderator" }],
    });
    expect(first.of("noted")).toMatchObject([
      { note: "after_the_last_reply", data: { messages: [{ role: "user", content: "Goodbye." }] } },
    ]);
    expect(second.of("model_called")[0]?.source?.extra).toMatchObject({
      told: [{ step: 1, extra: { parts: [{ type: "image", source: { path: "a.png" } }] } }],
    });
  });

  test("the label, the times and the older name of the id are understood", () => {
    expect(first.transcript.outcome).toEqual({ kind: "verified", pass: false });
    expect(second.transcript.outcome).toEqual({ kind: "unknown" });
    expect(second.id).toBe("maths-2");
    expect(first.timed[0]?.at).toBe("2026-03-01T10:00:00.000Z");
    // The source does not say how it ended.
    expect(first.timed.filter(({ event }) => event.kind === "run_ended")).toEqual([]);
    expect(second.of("model_called")[0]?.request).toMatchObject({
      system: "Be brief.",
      messages: [{ content: "What is this?\n[image]" }],
    });
  });

  test("our own export comes back as it was", () => {
    const run: RunRow = {
      id: "mwq8",
      startedAt: "2026-11-21T00:00:00.000Z",
      endedAt: null,
      status: "budget",
      purpose: "live",
      task: "s/t",
      instruction: "Count.",
      release: "r",
      model: "m",
      workspace: "/w",
      snapshot: null,
      outcome: { kind: "feedback", pass: false },
      steps: 2,
      inputTokens: 1,
      outputTokens: 2,
      costUsd: null,
      pid: 1,
    };
    const events = first.timed.map(({ at, event }, seq) => ({ run: run.id, seq, at, v: 1, event }));
    const back = parseAtif(JSON.parse(JSON.stringify(exportAtif(run, events))));
    expect(back).toMatchObject({
      id: "mwq8",
      task: "s/t",
      instruction: "Count.",
      outcome: { kind: "feedback", pass: false },
      end: { status: "budget" },
    });
    expect(back.turns.filter(({ kind }) => kind === "acted")).toHaveLength(3);
    expect(back.turns.filter(({ kind }) => kind === "answered")).toHaveLength(2);
  });
});

describe("openai-chat", async () => {
  const runs = runsOf("openai-chat", await readAll("openai-chat", join(FIXTURES, "airline.openai.jsonl")));
  const [first] = runs as [(typeof runs)[number]];

  test("an id that is used again belongs to the latest call, and each call gets one of its own", () => {
    expect(
      first
        .of("tool_called")
        .map(({ name, result, source, call_id }) => [name, result.is_error, source?.step, call_id]),
    ).toEqual([
      ["find", false, 3, "x"],
      ["book", true, 5, "x#2"],
    ]);
    expect(first.requests.at(-1)?.at(-1)).toMatchObject({
      content: [{ type: "tool_result", tool_use_id: "x#2" }],
    });
    expect(first.of("model_called")[1]?.reply?.content.at(-1)).toMatchObject({ id: "x#2", name: "book" });
  });

  test("arguments are parsed; what is no JSON stays the text that the model wrote", () => {
    expect(first.of("tool_called").map(({ input }) => input)).toEqual([{ to: "SEA" }, '{"flight":"HAT1"']);
  });

  test("system, instruction and unknown fields are kept", () => {
    expect(first.of("model_called")[0]?.request).toMatchObject({ system: "You book flights.", shared: 0 });
    expect(first.of("run_started")[0]).toMatchObject({
      instruction: "Book a flight",
      task: "air/0",
      imported: { extra: { seed: 7 } },
    });
    expect(first.of("noted")[0]?.data).toMatchObject({ messages: [{ content: "###STOP###" }] });
  });

  test("a reward passes from 1 on; a row without an id is known by its task and trial", () => {
    expect(runs.map(({ id, transcript: { outcome } }) => [id, outcome])).toEqual([
      ["flight-0-t0", { kind: "verified", pass: false }],
      ["air/0/1", { kind: "verified", pass: true }],
      ["air/1/0", { kind: "verified", pass: true }],
      ["air/1/1", { kind: "verified", pass: false }],
    ]);
  });
});

describe("claude-code", async () => {
  const reads = await readAll("claude-code", join(FIXTURES, `${SESSION}.jsonl`));
  const [run] = runsOf("claude-code", reads) as [ReturnType<typeof runsOf>[number]];

  test("blocks of one reply are put together, steps are the records", () => {
    expect(badRows(reads)).toEqual([]);
    expect(
      run
        .of("model_called")
        .map(({ source, reply }) => [source?.step, reply?.content.map(({ type }) => type)]),
    ).toEqual([
      [2, ["thinking", "text", "tool_use"]],
      [6, ["tool_use"]],
      [9, ["text"]],
    ]);
    expect(run.of("model_called")[2]?.reply?.stop_reason).toBe("end_turn");
  });

  test("errors are those that the session marks", () => {
    expect(
      run
        .of("tool_called")
        .map(({ name, result, source }) => [name, result.is_error, source?.extra?.["toolUseResult"]]),
    ).toEqual([
      ["Grep", false, { mode: "content" }],
      ["Edit", true, undefined],
    ]);
  });

  test("it has its session's id and place, no label, and records of a kind that nobody knows are kept", () => {
    expect(run).toMatchObject({
      id: SESSION,
      transcript: { workspace: "/home/ada/app", outcome: { kind: "unknown" }, model: "claude-x" },
    });
    expect(run.of("noted").map(({ note }) => note)).toEqual([
      "claude-code:summary",
      "claude-code:brand-new-kind",
    ]);
  });
});

test("a session of Claude Code that stops at an error of the provider ended in an error", () => {
  const session = claudeCodeSession("s");
  const reply = (text: string, isApiErrorMessage?: boolean) => ({
    type: "assistant",
    isApiErrorMessage,
    message: { role: "assistant", content: [{ type: "text", text }] },
  });
  session.take(reply("Hello."));
  expect(session.end().end).toBeUndefined();
  session.take(reply("API Error: 529 overloaded", true));
  expect(session.end().end).toEqual({ status: "error", summary: "API Error: 529 overloaded" });
});

describe("mini-swe-agent", async () => {
  const reads = await readAll("mini-swe-agent", FIXTURES);
  const [run] = runsOf("mini-swe-agent", reads) as [ReturnType<typeof runsOf>[number]];

  test("a folder is searched for its files, and a document over many lines is one run", () => {
    expect(reads.map(({ kind }) => kind)).toEqual(["transcript"]);
    expect(run.id).toBe("django__django-1");
  });

  test("each action is a call of bash, whichever version wrote it; a word on the form of a reply is none", () => {
    expect(
      run
        .of("tool_called")
        .map(({ name, input, result, source }) => [
          name,
          input,
          result.is_error,
          result.exit_code,
          source?.step,
        ]),
    ).toEqual([
      ["bash", { command: "ls" }, false, 0, 3],
      ["bash", { command: "sed -i s/a/b/ a.py" }, false, 0, 7],
      ["bash", { command: "cat b.py" }, true, 1, 8],
    ]);
    expect(run.requests[2]?.at(-1)).toEqual({
      role: "user",
      content: "Please always provide EXACTLY ONE action in triple backticks.",
    });
  });

  test("how it ended is told, and is no label", () => {
    expect(run.transcript.outcome).toEqual({ kind: "unknown" });
    expect(run.of("finished")).toEqual([{ kind: "finished", status: "budget", summary: "LimitsExceeded" }]);
    expect(run.events.at(-1)).toEqual({ kind: "run_ended", status: "budget" });
    expect(run.transcript.totals?.costUsd).toBe(0.5);
  });
});

test.each([
  ["version 1", { role: "user", content: "diff --git a/a.py b/a.py" }],
  ["version 2", { role: "exit", content: "diff --git a/a.py b/a.py", extra: { exit_status: "Submitted" } }],
])("what mini-swe-agent submitted is the result of its last command, %s", (_, last) => {
  const command = "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT && git diff";
  const transcript = parseMiniSweAgent({
    instance_id: "x",
    info: { exit_status: "Submitted" },
    messages: [
      { role: "user", content: "Mend it." },
      { role: "assistant", content: `Done.\n\`\`\`bash\n${command}\n\`\`\`` },
      last,
    ],
  });
  expect(transcript.turns.find(({ kind }) => kind === "answered")).toMatchObject({
    content: last.content,
    isError: false,
    source: { step: 2 },
  });
  expect(transcript.end).toEqual({ status: "done", summary: "Submitted" });
});

test("a format that does not exist is refused with the closest name", () => {
  expect(() => formatNamed("open-ai-chat")).toThrow(
    'there is no format "open-ai-chat"; did you mean "openai-chat"?',
  );
});
