/** The outcomes as cases with both arms side by side. A table with a hole in it is an error, never a guess. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { messageOf, RatchetError } from "../../runtime/kernel/error.ts";
import { Outcome, type Role } from "./outcome.ts";

/** One case: what each arm did in each trial, in the order of the trials. */
export interface Case {
  readonly name: string;
  readonly role: Role | undefined;
  readonly baseline: readonly boolean[];
  readonly candidate: readonly boolean[];
}

export type TableFault =
  | "no-file"
  | "empty"
  | "not-json"
  | "not-an-outcome"
  | "duplicate"
  | "missing-arm"
  | "missing-trial"
  | "two-roles";

/** The table cannot be judged. `row` counts from 1 and is the line of the file when it came from one. */
export class TableError extends RatchetError {
  readonly fault: TableFault;
  readonly row: number | undefined;
  constructor(fault: TableFault, row: number | undefined, message: string, hint?: string) {
    super("usage", row === undefined ? message : `row ${row}: ${message}`, hint);
    this.fault = fault;
    this.row = row;
  }
}

/**
 * Reads outcomes, one JSON object a line, without holding the text in memory. Blank lines are allowed at the end only,
 * so that the number of a row is the number of its line.
 * @throws TableError with the line when one is no outcome, or when there is none at all.
 */
export async function readOutcomes(file: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let row = 0;
  let blank: number | undefined;
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      row++;
      if (line.trim() === "") {
        blank ??= row;
        continue;
      }
      if (blank !== undefined) throw new TableError("not-json", blank, `${file} has an empty line here`);
      outcomes.push(parseLine(row === 1 ? line.replace(/^\uFEFF/, "") : line, row, file));
    }
  } catch (error) {
    if (error instanceof TableError) throw error;
    throw new TableError("no-file", undefined, `${file} cannot be read: ${messageOf(error)}`);
  }
  if (outcomes.length === 0) throw new TableError("empty", undefined, `${file} has no outcomes`, EXAMPLE);
  return outcomes;
}

/**
 * Outcomes as cases, in the order in which they first appear.
 * @throws TableError naming the row that is there twice, lacks its other arm, or contradicts another.
 */
export function casesOf(outcomes: readonly Outcome[]): Case[] {
  if (outcomes.length === 0) throw new TableError("empty", undefined, "there are no outcomes to judge");
  const cases = new Map<
    string,
    { role: Role | undefined; firstRow: number; rows: Record<Outcome["arm"], Rows> }
  >();
  for (const [i, unchecked] of outcomes.entries()) {
    const row = i + 1;
    const outcome = checked(unchecked, row);
    const found = cases.get(outcome.case);
    const entry = found ?? {
      role: outcome.role,
      firstRow: row,
      rows: { baseline: new Map(), candidate: new Map() },
    };
    if (entry.role !== outcome.role) {
      const roles = `${outcome.role ?? "no role"} here and ${entry.role ?? "no role"} in row ${entry.firstRow}`;
      throw new TableError("two-roles", row, `case "${outcome.case}" has ${roles}`);
    }
    const same = entry.rows[outcome.arm].get(outcome.trial);
    if (same !== undefined) {
      throw new TableError("duplicate", row, `${nameOf(outcome)} is in row ${same.row} already`);
    }
    entry.rows[outcome.arm].set(outcome.trial, { row, pass: outcome.pass });
    cases.set(outcome.case, entry);
  }
  return [...cases].map(([name, { role, rows }]) => {
    checkPaired(name, rows);
    return { name, role, baseline: inOrder(rows.baseline), candidate: inOrder(rows.candidate) };
  });
}

// ---------------------------------------------------------------- one row, one case

type Rows = Map<number, { readonly row: number; readonly pass: boolean }>;

const EXAMPLE = 'a line looks like {"case":"a","arm":"baseline","trial":0,"pass":false,"role":"failing"}';

function parseLine(line: string, row: number, file: string): Outcome {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new TableError("not-json", row, `${file} has no JSON here: ${messageOf(error)}`, EXAMPLE);
  }
  return checked(value, row);
}

function checked(value: unknown, row: number): Outcome {
  const outcome = Outcome.safeParse(value);
  if (outcome.success) return outcome.data;
  const [issue] = outcome.error.issues;
  const at = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
  throw new TableError("not-an-outcome", row, `${at}${issue?.message ?? "not an outcome"}`, EXAMPLE);
}

function checkPaired(name: string, rows: Record<Outcome["arm"], Rows>): void {
  for (const [arm, other] of [
    ["baseline", "candidate"],
    ["candidate", "baseline"],
  ] as const) {
    for (const [trial, { row }] of rows[arm]) {
      if (rows[other].has(trial)) continue;
      if (rows[other].size === 0)
        throw new TableError("missing-arm", row, `case "${name}" has no ${other} rows`);
      throw new TableError("missing-trial", row, `case "${name}" has no ${other} row for trial ${trial}`);
    }
  }
}

function inOrder(rows: Rows): boolean[] {
  return [...rows].toSorted(([a], [b]) => a - b).map(([, { pass }]) => pass);
}

function nameOf(outcome: Outcome): string {
  return `case "${outcome.case}", arm ${outcome.arm}, trial ${outcome.trial}`;
}
