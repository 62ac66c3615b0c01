import { RatchetError } from "../../runtime/kernel/error.ts";

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

/** What a row should look like, for whoever wrote another. */
export const EXAMPLE =
  'a line looks like {"case":"a","arm":"baseline","trial":0,"pass":false,"role":"failing"}';
