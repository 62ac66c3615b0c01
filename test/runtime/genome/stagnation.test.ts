import { expect, test } from "vitest";
import { run } from "../../../runtime/genome/harness/main.ts";
import { fingerprint, forget, newStagnation, observe } from "../../../runtime/genome/harness/stagnation.ts";
import { call, lastSeen, ok, play, reply, type ScriptedKernel } from "../../helpers/scripted-kernel.ts";

const print = (text: string, input: unknown = {}) =>
  fingerprint(
    [call("bash", input, "x")].filter((block) => block.type === "tool_use"),
    [{ id: "x", text, isError: false, exitCode: 0, outOfBudget: false }],
  );

test.each([
  ["durations", "built in 1.32s", "built in 950 ms"],
  ["process ids", "started, pid 4711", "started, pid 12"],
  ["times", "2026-11-21T09:00:01.123Z ready", "2026-11-22T10:30:00Z ready"],
  ["clock times", "[09:00:01] ready", "[10:31:59.250] ready"],
  ["addresses", "at 0x7ffe12", "at 0x55aa99"],
])("fingerprints leave out %s", (_name, a, b) => {
  expect(print(a)).toBe(print(b));
});

test("fingerprints keep what matters", () => {
  expect(print("3 files")).not.toBe(print("4 files"));
  expect(print("x", { path: "a" })).not.toBe(print("x", { path: "b" }));
  expect(print("x", { a: 1, b: 2 })).toBe(print("x", { b: 2, a: 1 }));
});

test.each([
  ["one step", "AAA"],
  ["two steps", "ABABAB"],
  ["three steps", "ABCABCABC"],
])("a circle of %s is noticed at its third round", (_name, steps) => {
  const stagnation = newStagnation();
  expect(steps.split("").map((seen) => observe(stagnation, seen))).toEqual([
    ...Array.from({ length: steps.length - 1 }, () => "moving"),
    "nudge",
  ]);
});

test("the same call with new results is no circle", () => {
  const stagnation = newStagnation();
  expect(["1%", "2%", "3%", "4%", "5%"].map((seen) => observe(stagnation, seen))).not.toContain("nudge");
});

test("a nudge clears the window, and after two that were ignored the run is stuck", () => {
  const stagnation = newStagnation();
  const states = Array.from({ length: 9 }, () => observe(stagnation, "A"));
  expect(states).toEqual([
    "moving",
    "moving",
    "nudge",
    "moving",
    "moving",
    "nudge",
    "moving",
    "moving",
    "stuck",
  ]);
});

test("a nudge that was heeded is not held against the model later", () => {
  const stagnation = newStagnation();
  const loop = () => ["A", "A", "A"].map((seen) => observe(stagnation, seen)).at(-1);
  expect([loop(), loop()]).toEqual(["nudge", "nudge"]);
  for (const seen of "BCDEFGHIJ") observe(stagnation, seen);
  expect(loop()).toBe("nudge");
});

test("a person's word starts the window anew", () => {
  const stagnation = newStagnation();
  expect([observe(stagnation, "A"), observe(stagnation, "A")]).toEqual(["moving", "moving"]);
  forget(stagnation);
  expect(observe(stagnation, "A")).toBe("moving");
});

const again = () => reply("Trying.", call("bash", { command: "make" }));

test("a run that goes in circles is told twice, then ends with the reason", async () => {
  const { finish, kernel } = await play(run, { tools: { bash: () => ok("nothing to do") }, replies: again });
  expect(finish.status).toBe("gave_up");
  expect(finish.summary).toBe("Trying.\n\nStopped: the same calls were repeated with the same results.");
  expect(kernel.notesOf("stagnation").map((data) => data["state"])).toEqual(["nudge", "nudge", "stuck"]);
  expect(lastSeen(kernel.requests[3])).toContain("repeating the same calls");
  expect(kernel.requests).toHaveLength(9);
});

test("what a person says counts as a new start, the harness's own nudge does not", async () => {
  const steered = (_input: unknown, _call: unknown, kernel: ScriptedKernel) => {
    if (kernel.calls.length === 8) kernel.steer("try once more");
    return ok("nothing to do");
  };
  const { kernel } = await play(run, { tools: { bash: steered }, replies: again });
  expect(kernel.requests).toHaveLength(8 + 9);
});
