/** Takes in what other agents did: reads and stores it in batches, so that memory does not grow with the file, and analyses it. */
import { createHash } from "node:crypto";
import { packageVersion } from "../../runtime/kernel/package.ts";
import type { ImportedRun, Store } from "../../runtime/kernel/store/store.ts";
import { formatNamed, type Format } from "../../runtime/kernel/trajectory/import/formats.ts";
import { readTranscripts, type Read } from "../../runtime/kernel/trajectory/import/read-transcripts.ts";
import { toEvents } from "../../runtime/kernel/trajectory/import/to-events.ts";
import type { Transcript } from "../../runtime/kernel/trajectory/import/transcript.ts";
import { RatchetError } from "../../runtime/kernel/error.ts";
import { digestImports } from "../clusters/digest-imports.ts";
import { passHat, type Tries } from "./pass-hat.ts";

export interface ImportOptions {
  readonly format: string;
  /** File, folder, or `-` for standard input. */
  readonly path: string;
  /** Takes secrets out of each text. */
  readonly redact: (text: string) => string;
  readonly watch?: (done: number) => void;
  readonly signal?: AbortSignal;
}

export interface BadRowReport {
  readonly file: string;
  /** From 1. */
  readonly row: number;
  readonly why: string;
}

export interface Imported {
  readonly format: string;
  readonly added: number;
  /** Were there already, with other content. */
  readonly replaced: number;
  /** Were there already, the same. */
  readonly unchanged: number;
  readonly passed: number;
  readonly failed: number;
  /** Whose source does not say whether they succeeded. */
  readonly unlabelled: number;
  readonly badRows: number;
  /** The first {@link MOST_REPORTS} of them. */
  readonly bad: readonly BadRowReport[];
  /** pass^1, pass^2 and so on, over tasks that were tried several times; empty when a run has no label or no task. */
  readonly passHat: readonly number[];
}

const MOST_REPORTS = 100;

/**
 * Reads `path` and keeps every run that can be understood. The same run is kept once, however often it is imported; one whose
 * content has changed is replaced. Failed runs are analysed once all is stored, held against those of the format that passed.
 * @throws RatchetError (usage) when there is no such format, or nothing could be read; (infrastructure) when a file or the store fails.
 * What was read before that is kept.
 */
export async function importTrajectories(store: Store, options: ImportOptions): Promise<Imported> {
  const format = formatNamed(options.format);
  const state = begin(store, format, options);
  try {
    for await (const read of readTranscripts(format, options.path, options.redact, options.signal)) {
      options.signal?.throwIfAborted();
      await take(state, read);
    }
  } finally {
    await flush(state);
  }
  refuseNothing(state, options.path);
  await digestImports(store, options.signal);
  return report(state);
}

interface Counts {
  added: number;
  replaced: number;
  unchanged: number;
  passed: number;
  failed: number;
  unlabelled: number;
  badRows: number;
}

interface State {
  readonly store: Store;
  readonly format: Format;
  readonly watch: ((done: number) => void) | undefined;
  readonly at: string;
  readonly kernelVersion: string;
  readonly counts: Counts;
  readonly bad: BadRowReport[];
  batch: ImportedRun[];
  /** Characters of events in the batch. */
  size: number;
  /** Ids of the source that this import has met, with the hashes of what they stood for, one behind the other. */
  readonly met: Map<string, string>;
  /** Tries by task. */
  readonly tasks: Map<string, Tries>;
}

function begin(store: Store, format: Format, { watch }: ImportOptions): State {
  return {
    store,
    format,
    watch,
    at: new Date().toISOString(),
    kernelVersion: packageVersion(),
    counts: { added: 0, replaced: 0, unchanged: 0, passed: 0, failed: 0, unlabelled: 0, badRows: 0 },
    bad: [],
    batch: [],
    size: 0,
    met: new Map(),
    tasks: new Map(),
  };
}

async function take(state: State, read: Read): Promise<void> {
  switch (read.kind) {
    case "bad":
      state.counts.badRows++;
      if (state.bad.length < MOST_REPORTS) state.bad.push({ file: read.file, row: read.row, why: read.why });
      return;
    case "transcript":
      await keep(state, read);
      return;
    default:
      read satisfies never;
  }
}

/** Batches are bounded by runs, and by characters. */
const BATCH_RUNS = 200;
const BATCH_CHARACTERS = 8 * 1024 * 1024;

async function keep(
  state: State,
  { transcript, id, hash }: Extract<Read, { kind: "transcript" }>,
): Promise<void> {
  const run = await placeOf(state, id, hash);
  countIn(state, transcript);
  if (run === undefined) {
    state.counts.unchanged++;
    return;
  }
  const imported = importedRun(state, transcript, { run, id, hash });
  state.batch.push(imported);
  state.size += sizeOf(transcript);
  if (state.batch.length >= BATCH_RUNS || state.size >= BATCH_CHARACTERS) await flush(state);
}

/** Id of the run that it becomes; undefined when it is there already. Counts which of them it is. */
async function placeOf(state: State, id: string, hash: string): Promise<string | undefined> {
  const { store, format, counts, met } = state;
  const before = met.get(id);
  if (before?.includes(hash) === true) return undefined;
  met.set(id, `${before ?? ""}${hash}`);
  const there = await store.importedAs(format.name, id);
  if (there.some((each) => each.hash === hash)) return undefined;
  const [known, another] = there;
  if (before === undefined && known !== undefined && another === undefined) {
    counts.replaced++;
    return known.run;
  }
  counts.added++;
  // A second row with an id of this import that says something else is another run: both are kept.
  if (before !== undefined) return `import-${sha256(`${format.name}\n${id}\n${hash}`).slice(0, 16)}`;
  return PLAIN_ID.test(id) && !(await store.hasRun(id))
    ? id
    : `import-${sha256(`${format.name}\n${id}`).slice(0, 16)}`;
}

/** Ids that can be typed, and taken for the run's own. */
const PLAIN_ID = /^[\w][\w.:@+/-]{0,127}$/;

function countIn({ counts, tasks }: State, { outcome, task }: Transcript): void {
  counts[outcome.kind === "unknown" ? "unlabelled" : outcome.pass ? "passed" : "failed"]++;
  if (task === null || outcome.kind === "unknown") return;
  const { tries, passes } = tasks.get(task) ?? { tries: 0, passes: 0 };
  tasks.set(task, { tries: tries + 1, passes: passes + Number(outcome.pass) });
}

function importedRun(
  { format, at, kernelVersion }: State,
  transcript: Transcript,
  { run, id, hash }: { readonly run: string; readonly id: string; readonly hash: string },
): ImportedRun {
  const instruction = transcript.instruction ?? firstWords(transcript);
  const arrival = {
    format: format.name,
    id,
    at,
    instruction,
    release: RELEASE,
    kernelVersion,
  };
  const replies = transcript.turns.filter((turn) => turn.kind === "acted");
  const sum = (of: (turn: (typeof replies)[number]) => number): number =>
    replies.reduce((total, turn) => total + of(turn), 0);
  const metered = replies.some(({ usage }) => usage !== undefined);
  const priced = replies.some(({ costUsd }) => costUsd !== undefined);
  return {
    run: {
      id: run,
      startedAt: transcript.startedAt ?? at,
      endedAt: transcript.endedAt ?? transcript.startedAt ?? at,
      status: transcript.end?.status ?? "unknown",
      task: transcript.task,
      instruction,
      release: RELEASE,
      model: transcript.model,
      workspace: transcript.workspace,
      outcome: transcript.outcome,
      steps: replies.length,
      inputTokens:
        transcript.totals?.inputTokens ??
        (metered
          ? sum(
              ({ usage }) =>
                (usage?.input_tokens ?? 0) +
                (usage?.cache_read_input_tokens ?? 0) +
                (usage?.cache_creation_input_tokens ?? 0),
            )
          : null),
      outputTokens:
        transcript.totals?.outputTokens ?? (metered ? sum(({ usage }) => usage?.output_tokens ?? 0) : null),
      costUsd: transcript.totals?.costUsd ?? (priced ? sum(({ costUsd }) => costUsd ?? 0) : null),
    },
    source: { format: format.name, id, hash },
    events: toEvents(transcript, arrival),
  };
}

/** No commit of a home's: no release of ours made it. */
const RELEASE = "imported";

function firstWords({ turns }: Transcript): string {
  const told = turns.flatMap((turn) => (turn.kind === "told" && turn.role === "user" ? [turn.text] : []));
  return told.find((text) => text.trim() !== "") ?? "";
}

async function flush(state: State): Promise<void> {
  const { store, batch } = state;
  state.batch = [];
  state.size = 0;
  if (batch.length === 0) return;
  await store.importRuns(batch);
  const { added, replaced, unchanged } = state.counts;
  state.watch?.(added + replaced + unchanged);
}

function refuseNothing({ counts, bad, format }: State, path: string): void {
  const { added, replaced, unchanged, badRows } = counts;
  if (added + replaced + unchanged > 0) return;
  const [first] = bad;
  throw new RatchetError(
    "usage",
    first === undefined
      ? `${path === "-" ? "standard input" : path} holds no rows`
      : `nothing in ${path} could be read as ${format.name}; the first of ${badRows} bad rows: ${first.file}, row ${first.row}: ${first.why}`,
    "`agent import --help` says what the formats look like.",
  );
}

function report({ format, counts, bad, tasks }: State): Imported {
  const tries: Tries[] = [...tasks.values()];
  const labelled =
    counts.unlabelled === 0 &&
    tries.reduce((sum, each) => sum + each.tries, 0) === counts.passed + counts.failed;
  return { format: format.name, ...counts, bad, passHat: labelled && tries.length > 0 ? passHat(tries) : [] };
}

function sizeOf({ turns }: Transcript): number {
  let size = 0;
  for (const turn of turns) {
    if (turn.kind === "told") size += turn.text.length;
    else if (turn.kind === "answered") size += turn.content.length;
    else size += JSON.stringify(turn).length;
  }
  return size;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
