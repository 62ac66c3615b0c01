/** Takes in what other agents did: reads and stores it in batches, so that memory does not grow with the file, and analyses it. */
import { createHash } from "node:crypto";
import { packageVersion } from "../../runtime/kernel/package.ts";
import type { ImportedRun, Kept, Store } from "../../runtime/kernel/store/store.ts";
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

export interface FileNote {
  readonly file: string;
  readonly why: string;
}

export interface Imported {
  readonly format: string;
  readonly added: number;
  /** Were there already, and have changed. */
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
  /** Files of which nothing, or not all, could be taken, though nothing is wrong with them; at most {@link MOST_REPORTS}. */
  readonly notes: readonly FileNote[];
  /** pass^1, pass^2 and so on, over tasks that were tried several times; empty when a run has no label or no task, and when several agents made them. */
  readonly passHat: readonly number[];
}

const MOST_REPORTS = 100;

/**
 * Reads `path` and keeps every run that can be understood. The same run is kept once, however often it is imported; one that
 * has changed is replaced, and another one with its id is kept beside it (see `importRuns` of the store). Failed runs are analysed
 * once all is stored, held against those of the format that passed.
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
  readonly notes: FileNote[];
  batch: ImportedRun[];
  /** Characters of events in the batch. */
  size: number;
  /** Runs that this import has met: a second row with an id of one, that says something else, is another run. */
  readonly met: Set<string>;
  /** Tries by task. */
  readonly tasks: Map<string, Tries>;
  /** Those that have a name. */
  readonly models: Set<string>;
  /** Ids of the source. */
  readonly ids: Set<string>;
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
    notes: [],
    batch: [],
    size: 0,
    met: new Set(),
    tasks: new Map(),
    models: new Set(),
    ids: new Set(),
  };
}

async function take(state: State, read: Read): Promise<void> {
  switch (read.kind) {
    case "bad":
      state.counts.badRows++;
      if (state.bad.length < MOST_REPORTS) state.bad.push({ file: read.file, row: read.row, why: read.why });
      return;
    case "note":
      if (state.notes.length < MOST_REPORTS) state.notes.push({ file: read.file, why: read.why });
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

async function keep(state: State, read: Extract<Read, { kind: "transcript" }>): Promise<void> {
  const { store, format } = state;
  const known = (await store.importedAs(format.name, read.id)).find(({ hash }) => hash === read.hash);
  if (known !== undefined) {
    countIn(state, { ...known, kind: "unchanged" }, read.transcript, read.id);
    return;
  }
  state.batch.push(importedRun(state, read));
  state.size += sizeOf(read.transcript);
  if (state.batch.length >= BATCH_RUNS || state.size >= BATCH_CHARACTERS) await flush(state);
}

/** A row that is in the files twice is one run. */
function countIn(
  { counts, met, tasks, models, ids }: State,
  { kind, run, outcome }: Kept,
  { task, model }: Pick<Transcript, "task" | "model">,
  id: string,
): void {
  counts[kind]++;
  if (met.has(run)) return;
  met.add(run);
  ids.add(id);
  if (model !== "unknown") models.add(model);
  counts[outcome.kind === "unknown" ? "unlabelled" : outcome.pass ? "passed" : "failed"]++;
  if (task === null || outcome.kind === "unknown") return;
  const { tries, passes } = tasks.get(task) ?? { tries: 0, passes: 0 };
  tasks.set(task, { tries: tries + 1, passes: passes + Number(outcome.pass) });
}

function importedRun(
  { format, at, kernelVersion }: State,
  { transcript, id, hash, path }: Extract<Read, { kind: "transcript" }>,
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
    names: namesFor(format.name, id, hash),
    source: { format: format.name, id, hash, file: path },
    events: toEvents(transcript, arrival),
  };
}

/** The source's own id where it can be typed, and is not like those that are made here; another run may have it. */
function namesFor(format: string, id: string, hash: string): string[] {
  const made = `import-${sha256(`${format}\n${id}`).slice(0, 16)}`;
  const own = `import-${sha256(`${format}\n${id}\n${hash}`).slice(0, 16)}`;
  return PLAIN_ID.test(id) && !id.startsWith("import-")
    ? [id, `${id}-${hash.slice(0, 8)}`, own]
    : [made, own];
}

/** Ids that can be typed, and taken for the run's own. */
const PLAIN_ID = /^[\w][\w.:@+/-]{0,127}$/;

/** No commit of a home's: no release of ours made it. */
const RELEASE = "imported";

function firstWords({ turns }: Transcript): string {
  const told = turns.flatMap((turn) => (turn.kind === "told" && turn.role === "user" ? [turn.text] : []));
  return told.find((text) => text.trim() !== "") ?? "";
}

async function flush(state: State): Promise<void> {
  const { store, batch, met } = state;
  state.batch = [];
  state.size = 0;
  if (batch.length === 0) return;
  for (const [index, kept] of (await store.importRuns(batch, met)).entries()) {
    const imported = batch[index];
    if (imported !== undefined) countIn(state, kept, imported.run, imported.source.id);
  }
  const { added, replaced, unchanged } = state.counts;
  state.watch?.(added + replaced + unchanged);
}

function refuseNothing({ counts, bad, notes, format }: State, path: string): void {
  const { added, replaced, unchanged, badRows } = counts;
  if (added + replaced + unchanged > 0) return;
  const [first] = bad;
  const [note] = notes;
  throw new RatchetError(
    "usage",
    first === undefined
      ? `${path === "-" ? "standard input" : path} holds no rows${note === undefined ? "" : `: ${note.file}: ${note.why}`}`
      : `nothing in ${path} could be read as ${format.name}; the first of ${badRows} bad rows: ${first.file}, row ${first.row}: ${first.why}`,
    "`agent import --help` says what the formats look like.",
  );
}

function report({ format, counts, bad, notes, tasks, models, ids, met }: State): Imported {
  const tries: Tries[] = [...tasks.values()];
  const labelled =
    counts.unlabelled === 0 &&
    tries.reduce((sum, each) => sum + each.tries, 0) === counts.passed + counts.failed;
  // Two runs with one id are seldom tries of one agent.
  const isOneAgent = models.size <= 1 && ids.size === met.size;
  return {
    format: format.name,
    ...counts,
    bad,
    notes,
    passHat: labelled && tries.length > 0 && isOneAgent ? passHat(tries) : [],
  };
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
