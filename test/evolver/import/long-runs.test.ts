/** Runs of sizes for which work that grows with the square of them would never end: a limit of the test's time would stop it. */
import { expect, test } from "vitest";
import { staleState } from "../../../evolver/analyse/detectors/stale-state.ts";
import { brokenPairing } from "../../../evolver/analyse/invariants/broken-pairing.ts";
import { viewOf } from "../../../evolver/analyse/view.ts";
import { parseMiniSweAgent } from "../../../runtime/kernel/trajectory/import/mini-swe-agent.ts";
import { parseOpenAiChat } from "../../../runtime/kernel/trajectory/import/openai-chat.ts";
import { toEvents } from "../../../runtime/kernel/trajectory/import/to-events.ts";
import type { Transcript } from "../../../runtime/kernel/trajectory/import/transcript.ts";
import { called, trace } from "../traces.ts";

const MANY = 60_000;

function eventsOf(transcript: Transcript) {
  const arrival = {
    format: "openai-chat",
    id: "x",
    at: "2026-11-25T00:00:00.000Z",
    instruction: "go",
    release: "imported",
    kernelVersion: "0",
  };
  return toEvents(transcript, arrival).map(({ event }) => event);
}

const call = (i: number) => ({ id: `c${i}`, function: { name: "ls", arguments: "{}" } });
const result = (i: number) => ({ role: "tool", tool_call_id: `c${i}`, content: `file ${i}` });
const times = <T>(make: (i: number) => T): T[] => Array.from({ length: MANY }, (_, i) => make(i));

test("a reply with very many calls, answered out of order", () => {
  const transcript = parseOpenAiChat({
    messages: [
      { role: "assistant", tool_calls: times(call) },
      ...times(result).toReversed(),
      { role: "assistant", content: "Done." },
    ],
  });
  const events = eventsOf(transcript);
  expect(events.filter(({ kind }) => kind === "tool_called")).toHaveLength(MANY);
  expect(brokenPairing(viewOf(trace(events)))?.template).toBe("results are not in the order of their calls");
});

test("a reply with very many calls, whose answers have no ids", () => {
  const transcript = parseMiniSweAgent({
    messages: [
      { role: "assistant", content: "", extra: { actions: times((i) => `ls ${i}`) } },
      ...times((i) => ({ role: "user", content: `<returncode>0</returncode>${i}` })),
    ],
  });
  const answers = transcript.turns.flatMap((turn) => (turn.kind === "answered" ? [turn.callId] : []));
  expect(answers).toEqual(times((i) => `call-0-${i}`));
});

test("very many turns", () => {
  const transcript = parseOpenAiChat({
    messages: [
      ...times((i) => [{ role: "assistant", tool_calls: [call(i)] }, result(i)]).flat(),
      { role: "assistant", content: "Done." },
    ],
  });
  const view = viewOf(trace(eventsOf(transcript)));
  expect(view.calls).toHaveLength(MANY);
  expect(view.calls.at(-1)?.shown).toMatchObject({ content: `file ${MANY - 1}` });
  expect(view.requests.get(view.models.at(-1)?.index ?? -1)).toHaveLength(2 * MANY);
  expect(brokenPairing(view)).toBeUndefined();
});

test("a very long command before the file that it names", () => {
  const command = `${"sed ".repeat(200_000)}| a.txt`;
  const events = [
    called("read", { path: "a.txt" }, { content: "one" }, "c0"),
    called("bash", { command }, { content: "" }, "c1"),
    called("edit", { path: "a.txt" }, { content: "no match", is_error: true }, "c2"),
  ];
  expect(staleState(viewOf(trace(events)))).toBeUndefined();
});
