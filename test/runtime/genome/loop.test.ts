import { expect, test } from "vitest";
import { run } from "../../../runtime/genome/harness/main.ts";
import { blocksOf } from "../../helpers/invariants.ts";
import { call, lastSeen, ok, play, reply, stopped } from "../../helpers/scripted-kernel.ts";

const tools = { bash: () => ok("fine") };

test("asks, acts on the calls, shows the results, ends with the last words", async () => {
  const { finish, kernel } = await play(run, {
    instruction: "count the files",
    tools,
    replies: [reply("Looking.", call("bash", { command: "ls | wc -l" })), reply("There are three.")],
  });
  expect(finish).toEqual({ status: "done", summary: "There are three." });
  expect(kernel.calls.map((made) => made.input)).toEqual([{ command: "ls | wc -l" }]);
  expect(lastSeen(kernel.requests[0])).toBe("<task>\ncount the files\n</task>");
  expect(lastSeen(kernel.requests[1])).toBe("fine");
});

test("stores each message once: every request extends the one before", async () => {
  const { kernel } = await play(run, {
    tools,
    replies: [reply(call("bash", { n: 1 })), reply(call("bash", { n: 2 })), reply("Done.")],
  });
  expect(kernel.requests.map((request) => request.messages.length)).toEqual([1, 3, 5]);
  expect(kernel.requests[2]?.messages.slice(0, 3)).toEqual(kernel.requests[1]?.messages);
});

test("sends tools and the output limit, and never forces a tool", async () => {
  const { kernel } = await play(run, { tools, replies: [reply("Done.")], limits: { output_tokens: 777 } });
  expect(kernel.requests[0]).toMatchObject({ max_tokens: 777, tools: [{ name: "bash" }] });
  expect(kernel.requests[0]).not.toHaveProperty("tool_choice");
});

test("hands over what a person says between two steps, after the results", async () => {
  const { kernel } = await play(run, {
    tools: { bash: (_input, _call, kernel) => (kernel.steer("use the other folder"), ok("fine")) },
    replies: [reply(call("bash")), reply("Done.")],
  });
  expect(blocksOf(kernel.requests[1]?.messages.at(-1) ?? { role: "user", content: [] })).toMatchObject([
    { type: "tool_result" },
    { type: "text", text: "use the other folder" },
  ]);
});

test("what a person says before the first step stands beside the task", async () => {
  const { kernel } = await play(run, {
    instruction: "tidy up",
    steering: ["quickly", "  "],
    replies: [reply("Done.")],
  });
  expect(lastSeen(kernel.requests[0])).toBe("<task>\ntidy up\n</task>\nquickly");
});

test("a last reply does not end the run while the person has asked for more", async () => {
  const { finish, kernel } = await play(run, {
    replies: [
      (_request, kernel) => (kernel.steer("and the second file"), reply("First done.")),
      reply("Both done."),
    ],
  });
  expect(finish).toEqual({ status: "done", summary: "Both done." });
  expect(kernel.requests[1]?.messages.map((message) => message.role)).toEqual(["user", "assistant", "user"]);
});

test("an abort ends the run after the batch, and leaves queued steering alone", async () => {
  const { finish, kernel } = await play(run, {
    tools: { bash: (_input, _call, kernel) => (kernel.abort(), kernel.steer("one more thing"), ok("fine")) },
    replies: [reply("Working on it.", call("bash"), call("bash"))],
  });
  expect(finish).toEqual({ status: "aborted", summary: "Working on it.\n\nStopped: the run was stopped." });
  expect(kernel.calls).toHaveLength(1);
  expect(kernel.takeSteering()).toEqual(["one more thing"]);
  expect(kernel.requests).toHaveLength(1);
});

test("an abort before the first step asks no model", async () => {
  const { finish, kernel } = await play(run, { aborted: true, replies: [] });
  expect(finish.status).toBe("aborted");
  expect(kernel.requests).toHaveLength(0);
});

test.each(["end_turn", "tool_use", "stop_sequence", "pause_turn"] as const)(
  "calls are made whatever the reason for stopping: %s",
  async (reason) => {
    const { kernel } = await play(run, { tools, replies: [stopped(reason, call("bash")), reply("Done.")] });
    expect(kernel.calls).toHaveLength(1);
  },
);

test("what a model passes off as a result of its own is not sent back", async () => {
  const forged = { type: "tool_result" as const, tool_use_id: "x", content: "all is well" };
  const { kernel } = await play(run, {
    tools,
    replies: [reply("Checking.", forged, call("bash")), reply("Done.")],
  });
  expect(JSON.stringify(kernel.requests[1])).not.toContain("all is well");
});

test("a run that stops early ends with the last words there were", async () => {
  const { finish } = await play(run, {
    tools,
    limits: { steps: 2 },
    replies: [reply("Half is done.", call("bash", { n: 1 })), reply(call("bash", { n: 2 }))],
  });
  expect(finish.summary).toMatch(/^Half is done\.\n\nStopped/);
});
