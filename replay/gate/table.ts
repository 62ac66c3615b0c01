/** The outcomes as cases with both arms side by side. A table with a hole in it is an error, never a guess. */
import { messageOf } from "../../runtime/kernel/error.ts";
import { caseBuilder } from "./case-builder.ts";
import { forEachLine } from "./lines.ts";
import type { Case } from "./case.ts";
import { Outcome } from "./outcome.ts";
import { EXAMPLE, TableError } from "./table-error.ts";

export { TableError } from "./table-error.ts";

/**
 * Reads outcomes, one JSON object a line, without holding the text in memory. Blank lines are allowed at the end only,
 * so that the number of a row is the number of its line.
 * @throws TableError with the line when one is no outcome, or when there is none at all.
 */
export async function readOutcomes(file: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  await forEachOutcome(file, (outcome) => outcomes.push(outcome));
  return outcomes;
}

/**
 * The cases of a file as {@link readOutcomes} reads it, without holding its rows: tens of millions of them are fine.
 * @throws TableError as {@link readOutcomes} and {@link casesOf}
 */
export async function readCases(file: string): Promise<Case[]> {
  const builder = caseBuilder();
  await forEachOutcome(file, (outcome, row) => builder.add(outcome, row));
  return builder.finish();
}

/**
 * Outcomes as cases, in the order in which they first appear.
 * @throws TableError naming the row that is there twice, lacks its other arm, or contradicts another.
 */
export function casesOf(outcomes: readonly Outcome[]): Case[] {
  if (outcomes.length === 0) throw new TableError("empty", undefined, "there are no outcomes to judge");
  const builder = caseBuilder();
  for (const [i, outcome] of outcomes.entries()) builder.add(checked(outcome, i + 1), i + 1);
  return builder.finish();
}

// ---------------------------------------------------------------- one row

async function forEachOutcome(file: string, use: (outcome: Outcome, row: number) => void): Promise<void> {
  let rows = 0;
  let blank: number | undefined;
  try {
    await forEachLine(file, (line, row) => {
      if (line.trim() === "") {
        blank ??= row;
        return;
      }
      if (blank !== undefined) throw new TableError("not-json", blank, `${file} has an empty line here`);
      use(parseLine(line, row, file), row);
      rows++;
    });
  } catch (error) {
    if (error instanceof TableError) throw error;
    throw new TableError("no-file", undefined, `${file} cannot be read: ${messageOf(error)}`);
  }
  if (rows === 0) throw new TableError("empty", undefined, `${file} has no outcomes`, EXAMPLE);
}

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
