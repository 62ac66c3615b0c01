/** Keeps a process from question to question, and replaces it when it died or had to be killed. */
import type { Sandbox } from "../../guardrails/sandbox/sandbox.ts";
import { oneAtATime } from "../../runtime/kernel/run/waiting.ts";
import { converse, type Asked, type Ending } from "./converse.ts";
import { startWorker, type Worker } from "./worker.ts";

export interface KeeperOptions {
  readonly sandbox: Sandbox;
  /** How long the process may take for its next word, in milliseconds; two minutes when absent. */
  readonly turnMs?: number;
  /** File to start instead of the package's own. */
  readonly entry?: string;
}

export interface Keeper extends AsyncDisposable {
  /**
   * One question at a time, in the order in which they came.
   * @param question makes what is asked, given a number that no other question has
   * @throws what `question` throws, and the reason of its signal
   */
  ask<T>(question: (id: number) => Omit<Asked<T>, "id" | "turnMs">): Promise<Ending<T>>;
}

/** Starts nothing before the first question. Disposed, no process is left. */
export function keepWorker({ sandbox, entry, turnMs = TURN_MS }: KeeperOptions): Keeper {
  const inTurn = oneAtATime();
  let worker: Worker | undefined;
  let id = 0;

  const drop = async (): Promise<void> => {
    const old = worker;
    worker = undefined;
    old?.kill();
    await old?.ended;
  };
  const once = async <T>(asked: Asked<T>): Promise<Ending<T>> => {
    let keep = false;
    try {
      worker ??= startWorker({ sandbox, entry });
      const outcome = await converse(worker, asked);
      keep = outcome.kind === "answered" || outcome.kind === "failed";
      return outcome;
    } finally {
      if (!keep) await drop();
    }
  };

  return {
    ask: (question) =>
      inTurn(async () => {
        id += 1;
        const asked = { ...question(id), id, turnMs };
        asked.signal.throwIfAborted();
        const wasUsed = worker !== undefined;
        const outcome = await once(asked);
        // What an earlier question left behind, memory above all, may be the reason; a new process that dies, dies of this one.
        return outcome.kind === "died" && wasUsed ? once(asked) : outcome;
      }),
    [Symbol.asyncDispose]: drop,
  };
}

const TURN_MS = 120_000;
