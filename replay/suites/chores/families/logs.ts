/** Find the request behind a crash in a log of more than a megabyte. The decisive line comes after hundreds of errors. */
import type { Chore, Family } from "../chore.ts";
import type { Random } from "../random.ts";

export const logs: Family = (random) => [
  crash(random("logs-payments"), {
    name: "logs-payments",
    heldOut: false,
    instruction:
      "The payment service died last night. Find the request that took it down in logs/payments.log and write its id to " +
      "culprit.txt.",
    log: "logs/payments.log",
    out: "culprit.txt",
    components: ["http", "ledger", "card-gateway", "scheduler"],
    errors: [
      "card gateway timed out after 3000 ms",
      "ledger entry rejected: stale version",
      "retry queue is full",
    ],
    last: "heap limit reached while rendering statement",
  }),
  crash(random("logs-gateway"), {
    name: "logs-gateway",
    heldOut: false,
    instruction:
      "gateway.log ends in a crash, hours after the first trouble. Which request was the service working on when it " +
      "died? Put just the request id into crash-request.txt.",
    log: "gateway.log",
    out: "crash-request.txt",
    components: ["router", "tls", "upstream", "cache"],
    errors: [
      "upstream closed the connection early",
      "certificate of upstream expires soon",
      "cache shard 3 unreachable",
    ],
    last: "assertion failed: header table is locked twice",
  }),
  crash(random("logs-importer"), {
    name: "logs-importer",
    heldOut: true,
    instruction:
      "Our importer fell over again; the log file is importer/run-0412.log. I want the id of the fatal request, nothing " +
      "more, in a file named blame.txt.",
    log: "importer/run-0412.log",
    out: "blame.txt",
    components: ["reader", "parser", "writer", "dedupe"],
    errors: ["row skipped: unknown country", "duplicate key, row kept", "writer stalled for 900 ms"],
    last: "stack overflow in nested category",
  }),
];

interface Crash {
  readonly name: string;
  readonly heldOut: boolean;
  readonly instruction: string;
  readonly log: string;
  readonly out: string;
  readonly components: readonly [string, ...string[]];
  readonly errors: readonly [string, ...string[]];
  readonly last: string;
}

function crash(random: Random, about: Crash): Chore {
  const lines = Array.from({ length: 16_000 }, (_, at) => ordinary(random, about, at));
  for (let number = 0; number < 240; number++) {
    const at = random.int(200, 15_950);
    lines[at] = entry(random, about, at, "ERROR", random.pick(about.errors));
  }
  const id = requestId(random);
  lines.push(
    `${time(16_000)} FATAL [${random.pick(about.components)}] ${about.last} request=${id}`,
    `${time(16_001)} INFO  [main] flushing buffers`,
    `${time(16_001)} INFO  [main] exit status 134`,
  );
  return {
    name: about.name,
    heldOut: about.heldOut,
    instruction: about.instruction,
    workspace: { [about.log]: `${lines.join("\n")}\n` },
    truth: { "request.txt": `${id}\n` },
    checks: [{ file: about.out, equals: "request.txt" }],
  };
}

function ordinary(random: Random, about: Crash, at: number): string {
  const text = `${random.pick(["GET", "GET", "POST", "PUT"])} /v2/items/${random.int(1, 90_000)} ${random.int(1, 400)} ms`;
  return entry(random, about, at, random.next() < 0.08 ? "WARN " : "INFO ", text);
}

function entry(random: Random, about: Crash, at: number, level: string, text: string): string {
  return `${time(at)} ${level} [${random.pick(about.components)}] ${text} request=${requestId(random)}`;
}

function requestId(random: Random): string {
  return `${random.int(0x100000, 0xffffff).toString(16)}-${random.int(0x1000, 0xffff).toString(16)}`;
}

function time(at: number): string {
  return new Date(Date.UTC(2026, 3, 12, 1) + at * 731).toISOString();
}
