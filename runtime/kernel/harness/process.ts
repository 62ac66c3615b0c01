/** The harness as a process: started in the sandbox, spoken to over its channel, killed when it breaks the protocol. */
import type { Readable } from "node:stream";
import { mountOf, NODE_TARGET, nodeMount } from "../../../guardrails/sandbox/mounts.ts";
import type { Exit, Limits, Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import { messageOf } from "../error.ts";
import { packageFile } from "../package.ts";
import { converse, type Conversation, type ConversationOptions } from "./conversation.ts";

/** What is kept of stdout and stderr, half of it from the beginning and half from the end. */
const MAX_OUTPUT_BYTES = 64 * 1024;

export interface HarnessOptions extends ConversationOptions {
  readonly sandbox: Sandbox;
  /** Folder of the release with the stripped harness files, `main.ts` among them. */
  readonly code: string;
  readonly limits: Limits;
  /** It takes one hello after the other, and is ended by the kernel: see `keep.ts`. */
  readonly inTurn?: boolean;
}

export interface HarnessProcess extends Conversation {
  kill(): void;
  /** Resolves when no process is left; never rejects. `stderr` holds what it wrote to stdout, too. */
  readonly ended: Promise<{ exit: Exit; stderr: string }>;
}

/** Never throws: what cannot start has ended as `not_started`. */
export function startHarness(options: HarnessOptions): HarnessProcess {
  const child = options.sandbox.spawn({
    argv: (at) => [
      at(NODE_TARGET),
      ...nodeOptions(options.limits),
      at("/kernel/boot.mjs"),
      at("/genome/harness"),
      ...(options.inTurn === true ? ["in-turn"] : []),
    ],
    env: () => ({ LANG: "C.UTF-8", HOME: "/tmp", TZ: "UTC" }),
    cwd: "/genome/harness",
    mounts: [
      nodeMount(),
      mountOf(packageFile("runtime/kernel/harness/boot.mjs"), "/kernel/boot.mjs", "read"),
      mountOf(options.code, "/genome/harness", "read"),
    ],
    limits: options.limits,
    channel: true,
  });
  const conversation =
    child.channel === undefined
      ? SILENCE
      : converse(child.channel, {
          serve: options.serve,
          onBroken: (detail) => {
            options.onBroken(detail);
            child.kill();
          },
        });
  const output = Promise.all([bytesOf(child.stdout), bytesOf(child.stderr)]);
  return {
    ...conversation,
    kill: () => child.kill(),
    ended: Promise.all([child.exit, output]).then(([exit, chunks]) => ({
      exit,
      stderr: headAndTail(Buffer.concat(chunks)),
    })),
  };
}

/** Half of the memory is for the heap; buffers, code and node itself need the rest. A full heap says so before it is killed. */
function nodeOptions({ memoryBytes }: Limits): string[] {
  const heap = Math.floor(memoryBytes / 2 / 1_048_576);
  return ["--no-warnings", `--max-old-space-size=${heap}`, "--disallow-code-generation-from-strings"];
}

const SILENCE: Conversation = { send: () => undefined, idle: () => Promise.resolve() };

/** The sandbox bounds how much there is. */
async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } catch (error) {
    chunks.push(Buffer.from(`[the output could not be read: ${messageOf(error)}]`));
  }
  return Buffer.concat(chunks);
}

/** The first words tell what was begun, the last why it ended. */
function headAndTail(bytes: Buffer): string {
  if (bytes.length <= MAX_OUTPUT_BYTES) return bytes.toString("utf8");
  const half = MAX_OUTPUT_BYTES / 2;
  const missing = bytes.length - MAX_OUTPUT_BYTES;
  return `${bytes.toString("utf8", 0, half)}\n[... ${missing} bytes left out ...]\n${bytes.toString("utf8", bytes.length - half)}`;
}
