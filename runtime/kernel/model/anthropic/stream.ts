/** Reads a streamed reply from an HTTP response. */
import type { ModelReply } from "../../protocol.ts";
import { assembly } from "./assemble.ts";
import type { Assembly } from "./assemble.ts";
import { MalformedReply, parseEvent } from "./events.ts";
import { parseFailure } from "./failure.ts";
import type { ProviderFailure } from "./failure.ts";

/** The stream ended or stalled before the reply was complete. */
export class BrokenStream extends Error {
  override readonly name = "BrokenStream";
}

/** The provider reported an error inside the stream, after it had answered with status 200. */
export class StreamedFailure extends Error {
  override readonly name = "StreamedFailure";
  readonly failure: ProviderFailure;
  constructor(failure: ProviderFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * @param idleMs longest silence, in milliseconds; anything that arrives counts, also pings and comments
 * @param onIdle must close the connection: the stalled read fails then
 * @throws BrokenStream, StreamedFailure or MalformedReply
 */
export async function readReply(response: Response, idleMs: number, onIdle: () => void): Promise<ModelReply> {
  const type = response.headers.get("content-type") ?? "no content type";
  if (response.body === null || !type.startsWith("text/event-stream")) {
    throw new MalformedReply(`${type} instead of an event stream`);
  }
  let stalled = false;
  const building = assembly();
  // Once the reply is complete the stream is read to its end, so that the connection can be used again, but not for long.
  const watch = watchdog(
    () => (building.complete ? Math.min(idleMs, CLOSING_MS) : idleMs),
    () => {
      stalled = true;
      onIdle();
    },
  );
  try {
    await read(response.body.pipeThrough(touching(watch.touch)), building, watch.touch);
    return building.reply();
  } catch (error) {
    if (building.complete && !(error instanceof MalformedReply)) return building.reply();
    if (error instanceof MalformedReply || error instanceof StreamedFailure || error instanceof BrokenStream)
      throw error;
    throw new BrokenStream(
      stalled ? `nothing arrived for ${idleMs} ms` : `the stream broke off: ${causes(error)}`,
    );
  } finally {
    watch.stop();
  }
}

/** Longest silence after the end of a reply, in milliseconds. */
const CLOSING_MS = 1000;

async function read(body: ReadableStream<Uint8Array>, building: Assembly, touch: () => void): Promise<void> {
  const { Stream } = await import("@anthropic-ai/sdk/core/streaming");
  for await (const { event, data } of Stream.rawEvents(new Response(body))) {
    if (event === "error") throw new StreamedFailure(parseFailure(jsonOrText(data)));
    if (data === "") continue;
    const parsed = parseEvent(data);
    if (parsed === undefined || building.complete) continue;
    building.add(parsed);
    if (building.complete) touch();
  }
  if (!building.complete) throw new BrokenStream("the stream ended before the reply was complete");
}

function watchdog(ms: () => number, onSilence: () => void): { touch(): void; stop(): void } {
  let timer = setTimeout(onSilence, ms());
  return {
    touch() {
      clearTimeout(timer);
      timer = setTimeout(onSilence, ms());
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

function touching(touch: () => void): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      touch();
      controller.enqueue(chunk);
    },
  });
}

function jsonOrText(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}

/** An error's message with those of its causes: fetch hides the reason there. */
export function causes(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const rest = error.cause === undefined ? "" : `: ${causes(error.cause)}`;
  return `${error.message === "" ? error.name : error.message}${rest}`;
}
