/** Puts the rows of a table together as cases, one at a time, in about sixteen bytes a row. */
import type { Outcome, Role } from "./outcome.ts";
import type { Case } from "./case.ts";
import { TableError } from "./table-error.ts";

export interface CaseBuilder {
  /** @throws TableError when the row is there twice, or gives its case another role */
  add(outcome: Outcome, row: number): void;
  /**
   * The cases in the order in which they first appeared, the trials of each in the order of their numbers. Ends the builder.
   * @throws TableError when a case lacks an arm, or an arm a trial
   */
  finish(): Case[];
}

/** An empty table, to be filled row by row. */
export function caseBuilder(): CaseBuilder {
  const cases = new Map<string, Entry>();
  return {
    add(outcome, row) {
      let entry = cases.get(outcome.case);
      if (entry === undefined) {
        entry = { role: outcome.role, firstRow: row, baseline: [], candidate: [] };
        cases.set(outcome.case, entry);
      }
      if (entry.role !== outcome.role) {
        const roles = `${outcome.role ?? "no role"} here and ${entry.role ?? "no role"} in row ${entry.firstRow}`;
        throw new TableError("two-roles", row, `case "${outcome.case}" has ${roles}`);
      }
      const same = markOf(entry[outcome.arm], outcome.trial);
      if (same !== undefined) {
        const name = `case "${outcome.case}", arm ${outcome.arm}, trial ${outcome.trial}`;
        throw new TableError("duplicate", row, `${name} is in row ${rowOf(same)} already`);
      }
      entry[outcome.arm] = withMark(entry[outcome.arm], outcome.trial, 2 * row + Number(outcome.pass));
    },
    finish() {
      const finished: Case[] = [];
      for (const [name, { role, baseline, candidate }] of cases) {
        checkPaired(name, { baseline, candidate });
        finished.push({ name, role, baseline: inOrder(baseline), candidate: inOrder(candidate) });
        cases.delete(name);
      }
      return finished;
    },
  };
}

interface Entry {
  readonly role: Role | undefined;
  readonly firstRow: number;
  baseline: Trials;
  candidate: Trials;
}

/**
 * A mark for each trial: twice its row, plus one when it passed. A list while trials come as 0, 1, 2 …, which is how most
 * tables are written; a map, in the order in which they came, otherwise.
 */
type Trials = number[] | Map<number, number>;

function markOf(trials: Trials, trial: number): number | undefined {
  return Array.isArray(trials) ? trials[trial] : trials.get(trial);
}

function withMark(trials: Trials, trial: number, mark: number): Trials {
  if (Array.isArray(trials)) {
    if (trial === trials.length) {
      trials.push(mark);
      return trials;
    }
    return new Map(trials.entries()).set(trial, mark);
  }
  return trials.set(trial, mark);
}

function rowOf(mark: number): number {
  return Math.floor(mark / 2);
}

function sizeOf(trials: Trials): number {
  return Array.isArray(trials) ? trials.length : trials.size;
}

function checkPaired(name: string, arms: Record<Outcome["arm"], Trials>): void {
  const { baseline, candidate } = arms;
  if (Array.isArray(baseline) && Array.isArray(candidate) && baseline.length === candidate.length) return;
  for (const [arm, other] of [
    ["baseline", "candidate"],
    ["candidate", "baseline"],
  ] as const) {
    for (const [trial, mark] of arms[arm].entries()) {
      if (markOf(arms[other], trial) !== undefined) continue;
      const row = rowOf(mark);
      if (sizeOf(arms[other]) === 0)
        throw new TableError("missing-arm", row, `case "${name}" has no ${other} rows`);
      throw new TableError("missing-trial", row, `case "${name}" has no ${other} row for trial ${trial}`);
    }
  }
}

function inOrder(trials: Trials): boolean[] {
  const marks = Array.isArray(trials)
    ? trials
    : [...trials].toSorted(([a], [b]) => a - b).map(([, mark]) => mark);
  return marks.map((mark) => mark % 2 === 1);
}
