/** Writes a run's events to the store, in order, redacted; and hands each one to whoever watches. */
import { createHash } from "node:crypto";
import type { ModelRequest } from "../protocol.ts";
import type { Store } from "../store/store.ts";
import type { EventOf, TrajectoryEvent } from "../trajectory/events.ts";

export interface Recorder {
  /** Queued at once; `settled` tells when it is durable. Never throws; after a failure nothing more is taken. */
  record(event: TrajectoryEvent): void;
  /** The part of a model request that the store has not seen yet. */
  requestDelta(request: ModelRequest): EventOf<"model_called">["request"];
  /** About how many characters were recorded so far. */
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
  const clean = (text: string): string => {
    size += text.length;
    return options.redact(text);
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
        size += OVERHEAD;
        const redacted = mapLeaves(event, clean, () => (size += NUMBER)) as TrajectoryEvent;
        queue.push(redacted);
        writing ??= flush();
        options.watch(redacted);
      } catch (error) {
        fail(error);
      }
    },
    requestDelta(request) {
      const messages = request.messages.map((message) => JSON.stringify(message));
      const shared = commonPrefix(previous.messages, messages);
      const delta = {
        hash: hashOf(request, messages),
        ...(request.system !== undefined && request.system !== previous.system
          ? { system: request.system }
          : {}),
        shared,
        messages: request.messages.slice(shared),
      };
      previous = { system: request.system, messages };
      return delta;
    },
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

/** Characters that an event, and a number in one, are taken for. */
const OVERHEAD = 64;
const NUMBER = 8;

/** Of the whole request; `messages` are its messages as JSON, which need not be made twice. */
function hashOf(request: ModelRequest, messages: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify({ ...request, messages: undefined }));
  for (const message of messages) hash.update(`\n${message}`);
  return hash.digest("hex");
}

function commonPrefix(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

/** A copy with `text` applied to each string, keys too. Events are JSON, so this reaches everything. */
function mapLeaves(value: unknown, text: (string: string) => string, other: () => void): unknown {
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return value.map((item: unknown) => mapLeaves(item, text, other));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [text(key), mapLeaves(item, text, other)]),
    );
  }
  other();
  return value;
}
