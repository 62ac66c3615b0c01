/** Writes a run's events to the store, in order, redacted; and hands each one to whoever watches. */
import { createHash } from "node:crypto";
import type { ModelRequest, ToolCall } from "../protocol.ts";
import { callKey, createRequestKeys } from "../playback/keys.ts";
import type { Store } from "../store/store.ts";
import type { EventOf, TrajectoryEvent } from "../trajectory/events.ts";
import { remember } from "./remember.ts";
import { shortInput } from "./short-input.ts";

export interface Recorder {
  /** Queued at once; `settled` tells when it is durable. Never throws; after a failure nothing more is taken. */
  record(event: TrajectoryEvent): void;
  /** The part of a model request that the store has not seen yet, and the key by which replay knows it again. */
  requestDelta(request: ModelRequest): EventOf<"model_called">["request"] & { readonly key: string };
  /** The key by which replay knows a tool call again. */
  callKey(call: ToolCall): string;
  /** About how many characters were recorded so far; what holds no text counts too, for it takes memory. */
  size(): number;
  /** Resolves when all that was recorded is durable. @throws what the store, or the watcher, threw first */
  settled(): Promise<void>;
}

export interface RecorderOptions {
  readonly store: Store;
  readonly run: string;
  /** Replaces secrets by marks. Applied to every string of every event. */
  readonly redact: (text: string) => string;
  /** Gets each event as it is stored, before it is durable. */
  readonly watch: (event: TrajectoryEvent) => void;
  /** Called once, when an event could not be stored or watched: what happens from now on leaves no record. */
  readonly onFailure: () => void;
}

export function createRecorder(options: RecorderOptions): Recorder {
  let queue: TrajectoryEvent[] = [];
  let writing: Promise<void> | undefined;
  let hurry = (): void => undefined;
  let failure: { readonly cause: unknown } | undefined;
  let size = 0;
  const redact = remember(options.redact);
  const keys = createRequestKeys(redact);
  let previous: { system: string | undefined; messages: readonly string[] } = {
    system: undefined,
    messages: [],
  };

  const fail = (cause: unknown): void => {
    if (failure !== undefined) return;
    failure = { cause };
    queue = [];
    options.onFailure();
  };
  const flush = async (): Promise<void> => {
    try {
      while (queue.length > 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, GATHER_MS);
        hurry = resolve;
        await promise;
        clearTimeout(timer);
        const batch = queue;
        queue = [];
        await options.store.append(options.run, batch);
      }
    } catch (error) {
      fail(error);
    } finally {
      writing = undefined;
    }
  };

  return {
    record(event) {
      if (failure !== undefined) return;
      try {
        // Cut after secrets were taken out: a part of one would not be known for what it is.
        const kept = withShortInput(mapStrings(event, redact) as TrajectoryEvent);
        // What a step has shown comes back in the next request, and not after it.
        if (event.kind === "model_called") redact.forget();
        size += OVERHEAD + sizeOf(kept);
        queue.push(kept);
        writing ??= flush();
        options.watch(kept);
      } catch (error) {
        fail(error);
      }
    },
    requestDelta(request) {
      const messages = request.messages.map((message) => JSON.stringify(message));
      const shared = commonPrefix(previous.messages, messages);
      const rest = JSON.stringify({ ...request, messages: undefined });
      const delta = {
        hash: hashOf(rest, messages),
        key: keys.next(request, shared, rest),
        ...(request.system !== undefined && request.system !== previous.system
          ? { system: request.system }
          : {}),
        shared,
        messages: request.messages.slice(shared),
      };
      previous = { system: request.system, messages };
      return delta;
    },
    callKey: (call) => callKey(call, redact),
    size: () => size,
    async settled() {
      for (let open = writing; open !== undefined; open = writing) {
        hurry();
        await open;
      }
      if (failure !== undefined) throw failure.cause;
    },
  };
}

/**
 * How long events wait for others, so that one transaction, and one sync of the disk, stores them together. What a crash
 * of the whole process can lose is the events of this many milliseconds.
 */
const GATHER_MS = 20;

/** Characters that an event, and each value in one, are taken for, besides those of text. */
const OVERHEAD = 64;
const VALUE = 32;

/** Of the whole request, given as JSON without its messages and with each of them. */
function hashOf(rest: string, messages: readonly string[]): string {
  const hash = createHash("sha256").update(rest);
  for (const message of messages) hash.update(`\n${message}`);
  return hash.digest("hex");
}

function commonPrefix(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

/** A copy with `change` applied to each string, keys too. Events are JSON, so this reaches everything. */
function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item: unknown) => mapStrings(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change)]),
  );
}

function withShortInput(event: TrajectoryEvent): TrajectoryEvent {
  return event.kind === "tool_called" ? { ...event, input: shortInput(event.input) } : event;
}

function sizeOf(value: unknown): number {
  if (typeof value === "string") return VALUE + value.length;
  if (typeof value !== "object" || value === null) return VALUE;
  let size = VALUE;
  for (const [key, item] of Object.entries(value)) size += key.length + sizeOf(item);
  return size;
}
