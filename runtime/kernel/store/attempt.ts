/** Failures of the database in the words of this program. */
import { RatchetError, messageOf } from "../error.ts";

/** What `task` gives. @throws RatchetError (infrastructure) that says what was being done */
export function attempt<T>(doing: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    if (error instanceof RatchetError) throw error;
    const hint = "Check that the disk has room and the folder can be written.";
    throw new RatchetError("infrastructure", `${doing}: ${messageOf(error)}`, hint, { cause: error });
  }
}
