import { expect, test } from "vitest";
import { run } from "../../../runtime/genome/harness/main.ts";
import { call, lastSeen, ok, play, reply, stopped } from "../../helpers/scripted-kernel.ts";

const tools = { bash: () => ok("") };
let n = 0;
/** A step that differs from all others. */
const progress = () => reply(call("bash", { command: `step ${(n += 1)}` }));

test("an empty reply is answered with the nudge prompt, in the message of the results", async () => {
  const { finish, kernel } = await play(run, {
    tools,
    prompts: { nudge: "Go on, please." },
    replies: [progress(), reply(), reply("Done.")],
  });
  expect(finish.status).toBe("done");
  expect(lastSeen(kernel.requests[2])).toBe("(no output)\nGo on, please.");
  expect(kernel.notesOf("nudge")).toEqual([{ cause: "empty", nudges: 1 }]);
});

test.each([
  ["blank text", reply("  \n")],
  ["thinking only", reply({ type: "thinking", thinking: "hm", signature: "s" })],
])("%s is an empty reply, too, and is not sent back", async (_name, empty) => {
  const { kernel } = await play(run, { replies: [empty, reply("Done.")] });
  expect(kernel.notesOf("nudge")).toHaveLength(1);
  expect(kernel.requests[1]?.messages).toHaveLength(1);
});

test("nudges are bounded", async () => {
  const { finish, kernel } = await play(run, { replies: () => reply() });
  expect(finish).toEqual({ status: "gave_up", summary: "Stopped: the model's replies stayed empty." });
  expect(kernel.requests).toHaveLength(4);
});

test("progress sets the count of nudges back", async () => {
  const empty = [reply(), reply(), reply()];
  const { finish } = await play(run, {
    tools,
    replies: [...empty, progress(), ...empty, progress(), ...empty, reply("Done.")],
  });
  expect(finish.status).toBe("done");
});

test("a reply cut at the output limit runs none of its calls and is asked to go on in smaller pieces", async () => {
  const { finish, kernel } = await play(run, {
    tools,
    replies: [
      stopped("max_tokens", "Writing.", call("bash", { command: "rm -r" })),
      progress(),
      reply("Done."),
    ],
  });
  expect(finish.status).toBe("done");
  expect(kernel.calls).toHaveLength(1);
  expect(kernel.calls[0]?.input).not.toEqual({ command: "rm -r" });
  expect(kernel.requests[1]?.messages[1]).toEqual({
    role: "assistant",
    content: [{ type: "text", text: "Writing." }],
  });
  expect(lastSeen(kernel.requests[1])).toContain("smaller pieces");
});

test("a reply cut in its thinking leaves nothing behind", async () => {
  const { kernel } = await play(run, {
    replies: [stopped("max_tokens", { type: "thinking", thinking: "so", signature: "" }), reply("Done.")],
  });
  expect(kernel.requests[1]?.messages).toHaveLength(1);
});

test("replies that are cut again and again end the run", async () => {
  const { finish, kernel } = await play(run, { replies: () => stopped("max_tokens", "And so on") });
  expect(finish.status).toBe("gave_up");
  expect(finish.summary).toContain("stayed cut");
  expect(kernel.requests).toHaveLength(4);
});

test("a paused turn goes on", async () => {
  const { finish, kernel } = await play(run, { replies: [stopped("pause_turn", "Half"), reply("Whole.")] });
  expect(finish.summary).toBe("Whole.");
  expect(kernel.requests[1]?.messages.map((message) => message.role)).toEqual(["user", "assistant", "user"]);
});
