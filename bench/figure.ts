/** What a figure is: measures something for real and says it in rows. One file per figure in `figures/`. */
import type { Sandbox } from "../guardrails/sandbox/sandbox.ts";
import type { BenchHome } from "./support/home.ts";

export interface Figure {
  /** What `--only` calls it. */
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  /** @throws when it cannot be measured here; the other figures are measured all the same */
  measure(bench: Bench): Promise<Row[]>;
}

/** What figures share. Everything they write goes below `temp`. */
export interface Bench {
  readonly temp: string;
  readonly sandbox: Sandbox;
  /** A home with the shipped genome and a second release with the bench's own harness; made when first asked for. */
  home(): Promise<BenchHome>;
  /** Folder where the packed package is installed. */
  readonly packed: string | undefined;
  /** A folder of the person's own, only read. */
  readonly data: string | undefined;
  /** Planted faults and families of them that the repair figures are limited to. */
  readonly faults: readonly string[];
  readonly families: readonly string[];
  /** Wall time that a cycle of the repair figures may take. */
  readonly cycleSeconds: number;
  readonly signal: AbortSignal;
}

export type Unit = "µs" | "ms" | "s" | "MiB" | "x" | "%" | "count";

export interface Row {
  readonly what: string;
  readonly unit: Unit;
  /** The median, where there are several samples. */
  readonly value: number;
  readonly p99?: number;
  readonly samples?: number;
  /** At most this, in the same unit. */
  readonly bar?: number;
  /** At least this, in the same unit. */
  readonly atLeast?: number;
  readonly note?: string;
}
