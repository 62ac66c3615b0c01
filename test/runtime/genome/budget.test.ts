import { expect, test } from "vitest";
import { run } from "../../../runtime/genome/harness/main.ts";
import { bad, call, ok, play, reply, wireError } from "../../helpers/scripted-kernel.ts";

let n = 0;
const step = () => reply(`Working on part ${(n += 1)}.`, call("bash", { n }));
const tools = { bash: () => ok("fine") };

test("the last step is used, the one after it is not asked for", async () => {
  const { finish, kernel } = await play(run, { tools, limits: { steps: 3 }, replies: step });
  expect(kernel.requests).toHaveLength(3);
  expect(kernel.calls).toHaveLength(3);
  expect(finish.status).toBe("budget");
  expect(finish.summary).toMatch(
    /^Working on part \d+\.\n\nStopped: the limit of 3 model calls is reached\.$/,
  );
});

test("failed calls are charged as the kernel charges them", async () => {
  const overloaded = wireError("overloaded", "later", { retryable: true });
  const { finish, kernel } = await play(run, { limits: { steps: 2 }, replies: [overloaded, overloaded] });
  expect(finish.status).toBe("budget");
  expect(kernel.requests).toHaveLength(2);
});

test("a budget that only the kernel knows ends the run as such", async () => {
  const { finish } = await play(run, {
    tools,
    replies: [
      reply("Half.", call("bash")),
      wireError("budget_exhausted", "the run's usd budget is spent: 2 of 2"),
    ],
  });
  expect(finish).toEqual({
    status: "budget",
    summary: "Half.\n\nStopped: the run's usd budget is spent: 2 of 2.",
  });
});

test.each([
  ["a result", () => bad("no time left", { failure: { kind: "budget" } })],
  ["a refusal", () => wireError("budget_exhausted", "no time left")],
])("a budget that is spent during a tool call ends the run: %s", async (_name, tool) => {
  const { finish, kernel } = await play(run, {
    tools: { bash: tool },
    replies: [reply("Half.", call("bash"))],
  });
  expect(finish).toEqual({ status: "budget", summary: "Half.\n\nStopped: a budget of the run is spent." });
  expect(kernel.requests).toHaveLength(1);
});
