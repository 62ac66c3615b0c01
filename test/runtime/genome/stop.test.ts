import { expect, test } from "vitest";
import { run } from "../../../runtime/genome/harness/main.ts";
import { COMPLETION_MARKER } from "../../../runtime/genome/harness/stop.ts";
import { bad, call, ok, play, reply, stopped } from "../../helpers/scripted-kernel.ts";

const marked = `all copied\n${COMPLETION_MARKER}\nbye`;

test("a refusal ends the run, and none of its calls is made", async () => {
  const { finish, kernel } = await play(run, {
    tools: { bash: () => ok("fine") },
    replies: [stopped("refusal", "I will not.", call("bash"))],
  });
  expect(finish).toEqual({
    status: "gave_up",
    summary: "I will not.\n\nStopped: the model refused to go on.",
  });
  expect(kernel.calls).toHaveLength(0);
});

test("the completion marker ends the run from any line of a command's output", async () => {
  const { finish } = await play(run, {
    tools: { bash: () => ok(marked, { exit_code: 0 }) },
    replies: [reply("Copied.", call("bash"))],
  });
  expect(finish).toEqual({ status: "done", summary: "Copied." });
});

test.each([
  ["a command that failed", bad(marked, { exit_code: 1 })],
  ["a file that was read", ok(marked)],
  ["the middle of a line", ok(`echo ${COMPLETION_MARKER}`, { exit_code: 0 })],
])("the marker means nothing in %s", async (_name, result) => {
  const { finish, kernel } = await play(run, {
    tools: { bash: () => result },
    replies: [reply(call("bash")), reply("Done.")],
  });
  expect(finish.summary).toBe("Done.");
  expect(kernel.requests).toHaveLength(2);
});

test("the marker means nothing in the model's own words", async () => {
  const { finish, kernel } = await play(run, {
    tools: { bash: () => ok("fine", { exit_code: 0 }) },
    replies: [reply(COMPLETION_MARKER, call("bash")), reply("Done.")],
  });
  expect(finish.status).toBe("done");
  expect(kernel.requests).toHaveLength(2);
});

test.each([
  ["I give up: the file is not there.", "gave_up"],
  ["Looked everywhere.\nI give up: the file is not there.", "gave_up"],
  ["I do not know how to do this: no skill in my context matches.", "gave_up"],
  ["Step 2 failed: error: no; I do not know what to do about it.", "gave_up"],
  ["Done; the report says that nobody should give up.", "done"],
])("last words say whether the model gave up: %s", async (text, status) => {
  const { finish } = await play(run, { replies: [reply(text)] });
  expect(finish).toEqual({ status, summary: text });
});
