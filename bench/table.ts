/** The one table: every figure, the bar beside it, met or short. */
import { table } from "../runtime/cli/output.ts";
import type { Row } from "./figure.ts";
import type { Machine } from "./machine.ts";

/** What became of a figure. */
export type Measured =
  | { readonly kind: "rows"; readonly figure: string; readonly rows: readonly Row[] }
  | { readonly kind: "failed"; readonly figure: string; readonly why: string };

export interface Report {
  readonly machine: Machine;
  readonly measured: readonly Measured[];
}

export function toText({ machine, measured }: Report): string {
  const header = ["figure", "measured", "p99", "bar", "", "how"];
  const body = measured.flatMap((one) =>
    one.kind === "rows"
      ? one.rows.map(toCells)
      : [[one.figure, "could not be measured", "", "", "", one.why.split("\n")[0] ?? ""]],
  );
  return `${factsOf(machine)}\n\n${table([header, ...body])}\n`;
}

/** The same as one object: numbers in the unit that stands beside them. */
export function toJson({ machine, measured }: Report): string {
  const figures = measured.map((one) =>
    one.kind === "rows"
      ? {
          figure: one.figure,
          rows: one.rows.map((row) => ({
            ...row,
            ...(barOf(row) === undefined ? {} : { met: met(row) }),
          })),
        }
      : { figure: one.figure, failed: one.why },
  );
  return `${JSON.stringify({ machine, figures }, null, 2)}\n`;
}

function toCells(row: Row): string[] {
  const { what, unit, value, p99, samples, note } = row;
  const bar = barOf(row);
  const how = [samples === undefined || samples === 1 ? "" : `median of ${samples}`, note ?? ""];
  return [
    what,
    quantity(value, unit),
    p99 === undefined ? "" : quantity(p99, unit),
    bar ?? "",
    bar === undefined ? "" : met(row) ? "met" : "SHORT",
    how.filter((part) => part !== "").join("; "),
  ];
}

/** A figure that is no number meets nothing. */
function met({ value, bar = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY }: Row): boolean {
  return value <= bar && value >= atLeast;
}

function barOf({ unit, bar, atLeast }: Row): string | undefined {
  if (bar === undefined && atLeast === undefined) return undefined;
  const bounds = [
    atLeast === undefined ? "" : `≥ ${quantity(atLeast, unit)}`,
    bar === undefined ? "" : `≤ ${quantity(bar, unit)}`,
  ];
  return bounds.filter((bound) => bound !== "").join(", ");
}

/** Three digits that count. */
function quantity(value: number, unit: string): string {
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return unit === "count" ? value.toFixed(digits) : `${value.toFixed(digits)} ${unit}`;
}

function factsOf(machine: Machine): string {
  const { node, systemNode, cores, cpu, memoryGib, kernel, sandbox, commit, loadBefore, loadAfter, at } =
    machine;
  const load = `load ${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after`;
  const busy = loadBefore > cores ? " (busy: times are too high)" : "";
  return table([
    ["ratchet", commit],
    ["at", at],
    ["machine", `${cores} cores (${cpu}), ${memoryGib.toFixed(1)} GiB, ${kernel}`],
    ["node", `${node}; on PATH ${systemNode}`],
    ["sandbox", sandbox],
    ["load", `${load}${busy}`],
  ]);
}
