/** Where a piece of knowledge came from, for whoever reads the skill years later. */
import type { Trace } from "../../failure.ts";

export interface Provenance {
  /** `recovery`, `contrast`, `correction` or `history`. */
  readonly source: string;
  /** Cluster that it should answer. */
  readonly cluster: string;
  /** Runs, or commits, that taught it. */
  readonly from: readonly string[];
  /** Date of the newest of them, `YYYY-MM-DD`. */
  readonly date: string;
  /** First twelve digits of the release that they were of. */
  readonly release: string;
}

/** Of what these runs taught. */
export function learnedFrom(
  source: string,
  cluster: string,
  runs: readonly Pick<Trace["run"], "id" | "startedAt" | "release">[],
): Provenance {
  const newest = runs.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))[0];
  return {
    source,
    cluster,
    from: [...new Set(runs.map(({ id }) => id))],
    date: newest?.startedAt.slice(0, 10) ?? "",
    release: newest?.release.slice(0, 12) ?? "",
  };
}

/** The keys of `metadata`, string to string as the specification has it. Longer lists keep the newest. */
export function metadataOf({ source, cluster, from, date, release }: Provenance): Record<string, string> {
  return {
    "learned-from": from.slice(-MOST_SOURCES).join(", "),
    "learned-by": source,
    "learned-for": cluster,
    "learned-count": String(from.length),
    "learned-on": date,
    "learned-release": release,
  };
}

/**
 * The skill with the provenance in its metadata. A line of text and not a YAML round trip, which would reflow what people
 * wrote. Metadata in flow style stays as it is: where a lesson came from is also in the commit.
 */
export function withProvenance(skill: string, provenance: Provenance): string {
  const head = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*\r?\n/.exec(skill)?.[1];
  if (head === undefined) return skill;
  const earlier = valueOf(head, "learned-from")
    .split(/[,\s]+/)
    .filter((run) => run !== "" && !provenance.from.includes(run));
  const count = Math.max(Number(valueOf(head, "learned-count")) || 0, earlier.length);
  const entries = {
    ...metadataOf({ ...provenance, from: [...earlier, ...provenance.from] }),
    "learned-count": String(count + provenance.from.length),
  };
  let updated = head;
  for (const [key, value] of Object.entries(entries)) {
    const next = withEntry(updated, key, value);
    if (next === undefined) return skill;
    updated = next;
  }
  return skill.replace(head, () => updated);
}

const MOST_SOURCES = 5;

function valueOf(head: string, key: string): string {
  return new RegExp(`^[ \\t]+${key}:[ \\t]*"?([^"\\n]*)"?[ \\t]*$`, "m").exec(head)?.[1] ?? "";
}

/** Undefined where there is no place for it. */
function withEntry(head: string, key: string, value: string): string | undefined {
  const entry = `${key}: ${JSON.stringify(value)}`;
  const old = new RegExp(`^([ \\t]+)${key}:[^\\n]*$`, "m");
  if (old.test(head)) return head.replace(old, (_, indent: string) => `${indent}${entry}`);
  const block = /^metadata:[ \t]*$(?:\n[ \t]+[^\n]*)*/m;
  if (block.test(head)) return head.replace(block, (lines) => `${lines}\n  ${entry}`);
  return /^metadata:/m.test(head) ? undefined : `${head}\nmetadata:\n  ${entry}`;
}
