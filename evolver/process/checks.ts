/**
 * The static checks in a process of their own: not the proposers', which has read what models and tools wrote. TypeScript's
 * parser takes some 150 MB and half a second, and each start of a sandbox costs the more, the bigger the process that starts it.
 */
import { RatchetError } from "../../runtime/kernel/error.ts";
import type { Finding } from "../../guardrails/finding.ts";
import type { Proposal } from "../candidate.ts";
import type { CheckContext } from "../check/check.ts";
import { keepWorker, type KeeperOptions } from "./keep-worker.ts";
import { LONGEST_ASKED, type ReadOnly, type ToCheck } from "./wire.ts";

/** What a check is made from. Where the protocol's types are, and the rules of SKILL.md, the process knows itself. */
export type Checked = Pick<CheckContext, "genome" | "paths" | "withoutTypes"> & {
  readonly signal: AbortSignal;
};

export interface CheckProcess extends AsyncDisposable {
  /**
   * What `checkProposal` finds.
   * @throws RatchetError (infrastructure) when the check could not be made: never a silent pass; and the signal's reason
   */
  check(proposal: Proposal, context: Checked): Promise<readonly Finding[]>;
}

/** Starts nothing before the first check. Disposed, no process is left. */
export function openCheckProcess(options: KeeperOptions): CheckProcess {
  const keeper = keepWorker(options);
  return {
    async check(proposal, { signal, genome, paths, withoutTypes = false }) {
      const outcome = await keeper.ask<readonly Finding[]>((id) => {
        const question: ReadOnly<ToCheck> = {
          type: "check",
          id,
          proposal,
          genome: [...genome],
          paths,
          withoutTypes,
        };
        const line = `${JSON.stringify(question)}\n`;
        if (Buffer.byteLength(line) > LONGEST_ASKED)
          throw new RatchetError("infrastructure", `the genome comes to more than ${LONGEST_ASKED} bytes`);
        return {
          line,
          signal,
          read(told) {
            if (told.type !== "checked") throw new Error(`it answered with \`${told.type}\``);
            return told.findings;
          },
        };
      });
      if (outcome.kind === "answered") return outcome.value;
      throw new RatchetError("infrastructure", `the process for static checks: ${outcome.message}`);
    },
    [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose](),
  };
}
