/**
 * Looks for gaming in a process beside this one. It reads every task with its verifier, and TypeScript's parser takes some 150 MB:
 * each start of a sandbox costs the more, the bigger the process that starts it. The process is of the trusted half, like this
 * one; it runs nothing of a candidate.
 */
import { fork, type ChildProcess } from "node:child_process";
import { extname, join } from "node:path";
import { z } from "zod";
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { TaskOnDisk } from "../../runtime/kernel/suite/task.ts";
import type { GamingFinding } from "./finding.ts";
import type { GamingQuestion } from "./question.ts";

export interface GamingReader extends AsyncDisposable {
  /**
   * As `findGaming`, over the tasks that the reader was opened for.
   * @throws RatchetError (infrastructure) when nobody could look: never a clean patch; and the signal's reason
   */
  find(question: Omit<GamingQuestion, "tasks">, signal: AbortSignal): Promise<GamingFinding[]>;
}

/** What is said to the process first. */
export interface Tasks {
  readonly type: "tasks";
  readonly tasks: readonly TaskOnDisk[];
}

export interface Question extends Omit<GamingQuestion, "tasks"> {
  readonly type: "question";
  readonly id: number;
}

/** Starts nothing before the first question. Disposed, no process is left. */
export function openGamingReader(tasks: readonly TaskOnDisk[]): GamingReader {
  let child: ChildProcess | undefined;
  let id = 0;
  const drop = async (): Promise<void> => {
    const old = child;
    child = undefined;
    if (old === undefined || old.exitCode !== null || old.signalCode !== null) return;
    const ended = new Promise((done) => old.once("exit", done));
    old.kill("SIGKILL");
    await ended;
  };
  return {
    async find({ changes, known }, signal) {
      signal.throwIfAborted();
      child ??= start(tasks);
      const answer = await ask(child, { type: "question", id: id++, changes, known }, signal);
      if (answer.kind === "found") return answer.findings;
      if (answer.kind === "lost") await drop();
      signal.throwIfAborted();
      throw new RatchetError("infrastructure", `the process that looks for gaming: ${answer.why}`);
    },
    [Symbol.asyncDispose]: drop,
  };
}

/** Without an environment: it needs no secret, and gets none. */
function start(tasks: readonly TaskOnDisk[]): ChildProcess {
  const file = join(import.meta.dirname, `reader-process${extname(import.meta.filename)}`);
  const child = fork(file, {
    env: {},
    execArgv: ["--no-warnings"],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  child.on("error", () => undefined);
  child.send({ type: "tasks", tasks } satisfies Tasks, () => undefined);
  return child;
}

const Finding = z.object({
  kind: z.enum(["telling", "special-case", "no-work"]),
  where: z.string(),
  message: z.string(),
});
const Told = z.discriminatedUnion("type", [
  z.object({ type: z.literal("found"), id: z.int(), findings: z.array(Finding) }),
  z.object({ type: z.literal("failed"), id: z.int(), message: z.string() }),
]);
export type Told = z.infer<typeof Told>;

type Answer =
  | { readonly kind: "found"; readonly findings: GamingFinding[] }
  | { readonly kind: "failed"; readonly why: string }
  /** There is no telling what the process does now. */
  | { readonly kind: "lost"; readonly why: string };

const LONGEST_MS = 120_000;

async function ask(child: ChildProcess, question: Question, signal: AbortSignal): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const lose = (why: string) => (): void => resolve({ kind: "lost", why });
  const [died, stopped, slow] = [
    lose("it died"),
    lose("it was stopped"),
    lose(`no answer in ${LONGEST_MS / 1000} s`),
  ];
  const hear = (message: unknown): void => {
    const told = Told.safeParse(message);
    if (!told.success) return lose("it said what nobody understands")();
    if (told.data.id !== question.id) return;
    if (told.data.type === "found") resolve({ kind: "found", findings: told.data.findings });
    else resolve({ kind: "failed", why: told.data.message });
  };
  const clock = setTimeout(slow, LONGEST_MS);
  child.on("message", hear).once("exit", died);
  signal.addEventListener("abort", stopped, { once: true });
  if (child.connected) child.send(question, (error) => (error === null ? undefined : died()));
  else died();
  try {
    return await promise;
  } finally {
    clearTimeout(clock);
    child.off("message", hear).off("exit", died);
    signal.removeEventListener("abort", stopped);
  }
}
