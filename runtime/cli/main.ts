/** The program `agent`: parse, dispatch, print. */
import { CommanderError } from "commander";
import { fail } from "./fail.ts";
import { createProgram } from "./program.ts";

/** Runs one command line. Sets the exit code; never throws. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: "user" });
  } catch (error) {
    // Help and version end as errors in commander; everything it refuses is a usage error.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else fail(error, args.includes("--json"));
  }
}
