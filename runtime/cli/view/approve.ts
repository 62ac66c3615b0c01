/** Asks the person at the terminal about an action that policy leaves open. */
import { clean } from "../output.ts";

/** Undefined without a terminal: then nobody can be asked, and the kernel denies. */
export function approver(): ((question: string) => Promise<boolean>) | undefined {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) return undefined;
  return async (question) => {
    const { confirm } = await import("@clack/prompts");
    // A prompt that is cancelled is a symbol, and no consent.
    return (await confirm({ message: clean(question), initialValue: false })) === true;
  };
}
