/** Reads a fixture as an import does. */
import { join } from "node:path";
import { viewRequests } from "./requests.ts";
import { formatNamed } from "../../../../../runtime/kernel/trajectory/import/formats.ts";
import {
  readTranscripts,
  type Read,
} from "../../../../../runtime/kernel/trajectory/import/read-transcripts.ts";
import { toEvents } from "../../../../../runtime/kernel/trajectory/import/to-events.ts";
import { TrajectoryEvent, type EventOf } from "../../../../../runtime/kernel/trajectory/events.ts";

export const FIXTURES = join(import.meta.dirname, "../../../../fixtures/import");

export async function readAll(
  format: string,
  path: string,
  change = (text: string): string => text,
): Promise<Read[]> {
  return Array.fromAsync(readTranscripts(formatNamed(format), path, change));
}

export function transcripts(reads: readonly Read[]) {
  return reads.flatMap((read) => (read.kind === "transcript" ? [read] : []));
}

export function badRows(reads: readonly Read[]) {
  return reads.flatMap((read) => (read.kind === "bad" ? [{ row: read.row, why: read.why }] : []));
}

/** The events of each run, checked by the schema that readers of the store use, with what they are mostly asked for. */
export function runsOf(format: string, reads: readonly Read[]) {
  return transcripts(reads).map(({ transcript, id }) => {
    const arrival = {
      format,
      id,
      at: "2026-11-25T00:00:00.000Z",
      instruction: transcript.instruction ?? "",
      release: "imported",
      kernelVersion: "0",
    };
    const timed = toEvents(transcript, arrival);
    const events = timed.map(({ event }) => TrajectoryEvent.parse(structuredClone(event)));
    const of = <K extends TrajectoryEvent["kind"]>(kind: K): EventOf<K>[] =>
      events.filter((event): event is EventOf<K> => event.kind === kind);
    return { transcript, id, timed, events, of, requests: viewRequests(of("model_called")) };
  });
}
