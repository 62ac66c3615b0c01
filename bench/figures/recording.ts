/** What recording costs: each kind of event by itself, and whole steps with and without the store. */
import type { ModelRequest } from "../../runtime/kernel/protocol.ts";
import type { Recorder } from "../../runtime/kernel/run/recorder.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";
import type { Bench, Figure, Row } from "../figure.ts";
import { median, summary, timed } from "../stats.ts";
import { beginRecordedRun } from "../support/recorded-run.ts";
import { costOfSteps } from "../support/steps.ts";
import { sqliteStore, withoutEvents } from "../support/stores.ts";

const EVENTS = 400;
const STEPS = 40;
const PAIRS = 6;
const KILOBYTE =
  "2026-11-21T09:30:00Z worker-3 order 48213 shipped to depot 7, 12 parcels, 31.75 kg\n".repeat(12);

export const recording: Figure = {
  name: "recording",
  about: "recording overhead per tool call, per model call and per step",
  async measure(bench) {
    await using store = sqliteStore(bench.temp, "recording");
    const rows: Row[] = [];
    for (const [what, record] of Object.entries(KINDS)) {
      rows.push(
        summary(`recording ${what}`, "ms", await each(store, record), {
          note: "until it is durable in SQLite",
        }),
      );
      rows.push(
        summary("… without the store", "ms", await each(withoutEvents(store), record), {
          note: "redaction, hash, copy",
        }),
      );
    }
    return [...rows, await wholeSteps(bench, store)];
  },
};

const KINDS: Readonly<Record<string, (recorder: Recorder, n: number) => void>> = {
  "a model call": recordModelCall,
  "a tool call": recordToolCall,
};

async function each(store: Store, record: (recorder: Recorder, n: number) => void): Promise<number[]> {
  const { recorder } = await beginRecordedRun(store, "Record.");
  const samples: number[] = [];
  for (let n = 0; n < EVENTS; n++) {
    samples.push(
      await timed(async () => {
        record(recorder, n);
        await recorder.settled();
      }),
    );
  }
  return samples;
}

/** The history of a run goes from nothing to 40 steps, again and again. */
function recordModelCall(recorder: Recorder, n: number): void {
  const request = recorder.requestDelta({
    system: KILOBYTE,
    messages: HISTORY.slice(0, 1 + 2 * (n % STEPS)),
  });
  recorder.record({
    kind: "model_called",
    step: n,
    request,
    reply: {
      content: [
        { type: "text", text: "I look at the next part." },
        { type: "tool_use", id: `call_${n}`, name: "read", input: { path: `log/${n}` } },
      ],
      stop_reason: "tool_use",
      model: "bench/scripted",
    },
    usage: {
      input_tokens: 1000,
      output_tokens: 50,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
    },
    ms: 1,
  });
}

function recordToolCall(recorder: Recorder, n: number): void {
  recorder.record({
    kind: "tool_called",
    step: n,
    call_id: `call_${n}`,
    name: "read",
    input: { path: `log/${n}` },
    capability: "observe",
    decision: {
      verdict: "allow",
      rule: "default:observe",
      reason: "the workspace and the skills may be read",
    },
    result: { content: KILOBYTE, is_error: false, total_bytes: KILOBYTE.length },
    ms: 1,
  });
}

const HISTORY: ModelRequest["messages"] = [
  { role: "user", content: "Read the log and say how many parcels were shipped." },
  ...Array.from({ length: STEPS }, (_, n) => [
    {
      role: "assistant" as const,
      content: [{ type: "tool_use" as const, id: `call_${n}`, name: "read", input: { path: `log/${n}` } }],
    },
    {
      role: "user" as const,
      content: [{ type: "tool_result" as const, tool_use_id: `call_${n}`, content: KILOBYTE }],
    },
  ]).flat(),
];

/** The same runs, by turns, so that whatever else the machine does falls on both. */
async function wholeSteps(bench: Bench, store: Store): Promise<Row> {
  const { small } = await bench.home();
  const kept: number[] = [];
  const forgotten: number[] = [];
  const run = async (store: Store): Promise<number[]> =>
    (await costOfSteps(bench, { genome: small, store, steps: STEPS })).map((cost) => cost.wall);
  for (let pair = 0; pair < PAIRS; pair++) {
    kept.push(...(await run(store)));
    forgotten.push(...(await run(withoutEvents(store))));
  }
  return {
    what: "the store's share of a step's overhead",
    unit: "ms",
    value: median(kept) - median(forgotten),
    samples: kept.length,
    note: `${median(kept).toFixed(2)} ms a step with SQLite, ${median(forgotten).toFixed(2)} ms without`,
  };
}
