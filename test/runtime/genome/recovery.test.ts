import { expect, test } from "vitest";
import { run } from "../../../runtime/genome/harness/main.ts";
import { classify } from "../../../runtime/genome/harness/recovery.ts";
import { call, ok, play, reply, stopped, wireError, type Scripted } from "../../helpers/scripted-kernel.ts";

const overloaded = wireError("overloaded", "try later", { retryable: true });
const tools = { bash: () => ok("x".repeat(4_000)) };
let n = 0;
const step = () => reply(call("bash", { n: (n += 1) }));
const isSummary: Scripted = (request) =>
  request.tools ? wireError("internal", "not a summary") : reply("Six steps done.");

test.each([
  ["context_overflow", wireError("context_overflow", "x"), "overflow"],
  ["a code beats the text", wireError("authentication", "rate limit of bad keys reached"), "fatal"],
  ["a specific code beats the flag", wireError("context_overflow", "x", { retryable: true }), "overflow"],
  [
    "a general code yields to the text",
    wireError("invalid_request", "prompt is too long: 9 > 8 maximum"),
    "overflow",
  ],
  ["overflow is looked for before overload", new Error("429: maximum context reached"), "overflow"],
  [
    "the flag decides on general codes",
    wireError("provider_error", "what?", { retryable: true }),
    "retryable",
  ],
  [
    "the flag beats a general text",
    wireError("provider_error", "503 unavailable", { retryable: false }),
    "fatal",
  ],
  ["text decides where there is nothing else", new Error("socket hang up"), "retryable"],
  ["what is not known is fatal", new Error("strange"), "fatal"],
  ["what is not an Error is fatal", "strange", "fatal"],
  ["rate limit", wireError("rate_limited", "x", { retryable: true }), "retryable"],
  ["a quota that will not come back", wireError("rate_limited", "x", { retryable: false }), "fatal"],
  ["spend limit", wireError("spend_limit", "x"), "fatal"],
  ["budget", wireError("budget_exhausted", "x"), "budget"],
  ["abort", wireError("aborted", "x"), "aborted"],
])("errors are told apart: %s", (_name, error, kind) => {
  expect(classify(error).kind).toBe(kind);
});

test("an overloaded model is asked again, with growing waits", async () => {
  const { finish, kernel } = await play(run, { replies: [overloaded, overloaded, reply("Done.")] });
  expect(finish.status).toBe("done");
  expect(kernel.waits).toEqual([500, 1000]);
  expect(kernel.requests[2]).toEqual(kernel.requests[0]);
  expect(kernel.notesOf("retry")).toMatchObject([
    { what: "model", retry: 1, wait_ms: 500 },
    { what: "model", retry: 2, wait_ms: 1000 },
  ]);
});

test("retry-after is honoured", async () => {
  const limited = wireError("rate_limited", "slow down", { retryable: true, retry_after_ms: 7_000 });
  const { kernel } = await play(run, { replies: [limited, reply("Done.")] });
  expect(kernel.waits).toEqual([7_000]);
});

test("a wait longer than a run should take ends it instead of being cut short", async () => {
  const limited = wireError("rate_limited", "back in an hour", {
    retryable: true,
    retry_after_ms: 3_600_000,
  });
  const { finish, kernel } = await play(run, { replies: [limited, reply("Done.")] });
  expect(finish).toEqual({ status: "error", summary: "Stopped: back in an hour." });
  expect(kernel.waits).toEqual([]);
});

test("retries are bounded", async () => {
  const { finish, kernel } = await play(run, { replies: () => overloaded });
  expect(finish).toEqual({ status: "error", summary: "Stopped: try later." });
  expect(kernel.requests).toHaveLength(5);
});

test("a good call sets the count of retries back", async () => {
  const four = [overloaded, overloaded, overloaded, overloaded];
  const { finish } = await play(run, {
    tools,
    replies: [...four, step(), ...four, step(), ...four, reply("Done.")],
  });
  expect(finish.status).toBe("done");
});

test("a fatal error ends the run with its message and what was said so far", async () => {
  const { finish, kernel } = await play(run, {
    tools,
    replies: [reply("Half is done.", call("bash")), wireError("authentication", "the key is not valid")],
  });
  expect(finish).toEqual({ status: "error", summary: "Half is done.\n\nStopped: the key is not valid." });
  expect(kernel.requests).toHaveLength(2);
});

test("an abort while waiting ends the run", async () => {
  const { finish, kernel } = await play(run, {
    replies: [(_request, kernel) => (kernel.abort(), overloaded), reply("Done.")],
  });
  expect(finish.status).toBe("aborted");
  expect(kernel.requests).toHaveLength(1);
});

test("an aborted model call ends the run as aborted", async () => {
  const { finish } = await play(run, { replies: [wireError("aborted", "the run was stopped")] });
  expect(finish.status).toBe("aborted");
});

const tooLong = wireError("context_overflow", "too long");
test.each([
  ["an error", tooLong],
  ["a reply that was cut by the context", stopped("model_context_window_exceeded", "Then", call("bash"))],
])("overflow is answered with a smaller request: %s", async (_name, overflow) => {
  const steps = Array.from({ length: 6 }, step);
  const { finish, kernel } = await play(run, {
    tools,
    replies: [...steps, overflow, isSummary, reply("Done.")],
  });
  expect(finish.status).toBe("done");
  expect(kernel.calls).toHaveLength(6);
  expect(JSON.stringify(kernel.requests[8]).length).toBeLessThan(
    JSON.stringify(kernel.requests[6]).length / 2,
  );
});

test("overflow that compaction cannot cure ends the run, and is not tried again", async () => {
  const { finish, kernel } = await play(run, { replies: () => tooLong });
  expect(finish.status).toBe("error");
  expect(finish.summary).toContain("could not be made shorter: too long");
  expect(kernel.requests).toHaveLength(1);
});

test("a second overflow of the same call ends the run", async () => {
  const steps = Array.from({ length: 20 }, step);
  const { finish, kernel } = await play(run, {
    tools,
    replies: [...steps, tooLong, isSummary, tooLong, isSummary, reply("Done.")],
  });
  expect(finish.status).toBe("error");
  expect(kernel.requests).toHaveLength(23);
});
