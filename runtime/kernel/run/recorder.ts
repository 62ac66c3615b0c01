/** Writes a run's events to the store, in order, redacted; and hands each one to whoever watches. */
import { createHash } from "node:crypto";
import type { Message, ModelRequest } from "../protocol.ts";
import type { Store } from "../store/store.ts";
import type { EventOf, TrajectoryEvent } from "../trajectory/events.ts";

export interface Recorder {
  /** Queued at once; `settled` tells when it is durable. */
  record(event: TrajectoryEvent): void;
  /** The part of a model request that the store has not seen yet. */
  requestDelta(request: ModelRequest): EventOf<"model_called">["request"];
  /** Resolves when all that was recorded is durable. @throws what the store threw. */
  settled(): Promise<void>;
}

export interface RecorderOptions {
  readonly store: Store;
  readonly run: string;
  /** Replaces secrets by marks. Applied to every string of every event. */
  readonly redact: (text: string) => string;
  readonly watch: (event: TrajectoryEvent) => void;
}

export function createRecorder(options: RecorderOptions): Recorder {
  let queue: TrajectoryEvent[] = [];
  let writing: Promise<void> | undefined;
  let failure: unknown;
  let previous: { system: string | undefined; messages: readonly string[] } = { system: undefined, messages: [] };

  const flush = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      await options.store.append(options.run, batch);
    }
    writing = undefined;
  };

  return {
    record(event) {
      const redacted = redactStrings(event, options.redact);
      queue.push(redacted);
      options.watch(redacted);
      writing ??= Promise.resolve()
        .then(flush)
        .catch((error: unknown) => {
          failure ??= error;
        });
    },
    requestDelta(request) {
      const messages = request.messages.map((message) => JSON.stringify(message));
      const shared = commonPrefix(previous.messages, messages);
      const delta = {
        hash: createHash("sha256").update(JSON.stringify(request)).digest("hex"),
        ...(request.system !== undefined && request.system !== previous.system ? { system: request.system } : {}),
        shared,
        messages: request.messages.slice(shared) as Message[],
      };
      previous = { system: request.system, messages };
      return delta;
    },
    async settled() {
      while (writing !== undefined) await writing;
      if (failure !== undefined) throw failure;
    },
  };
}

function commonPrefix(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

/** A copy with `redact` applied to each string. Events are JSON, so this reaches everything. */
function redactStrings<T>(value: T, redact: (text: string) => string): T {
  if (typeof value === "string") return redact(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => redactStrings(item, redact)) as T;
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactStrings<unknown>(item, redact)])) as T;
  }
  return value;
}
