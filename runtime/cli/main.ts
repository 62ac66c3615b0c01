/** The program `agent`: parse, dispatch, print. */
import { CommanderError } from "commander";
import { fail } from "./fail.ts";
import { createProgram } from "./program.ts";
import { usageError } from "./usage.ts";

/** Runs one command line. Sets the exit code; never throws. */
export async function main(args: readonly string[]): Promise<void> {
  const program = createProgram();
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    // Help and version end as errors in commander; everything it refuses is a usage error.
    if (!(error instanceof CommanderError)) fail(error, wantsJson(args));
    else if (error.exitCode !== 0) fail(usageError(error, program, args), wantsJson(args));
  }
}

/** Asked of the words themselves, since what cannot be parsed must be told as JSON, too. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? undefined : end).includes("--json");
}
