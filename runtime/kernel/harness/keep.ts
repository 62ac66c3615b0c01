/** One process of a harness for several runs, one after the other: most of what a short run costs is the start of its process. */
import type { Limits, Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import type { Request, Response } from "../protocol.ts";
import { startHarness, type HarnessOptions, type HarnessProcess } from "./process.ts";

export interface KeptHarness extends AsyncDisposable {
  /**
   * As `startHarness`, for one more run: what it gives has ended when the run has reported how it ended, or the process has. The
   * run before must have ended. Sandbox, code and limits are those of the keeper.
   */
  start(options: Pick<HarnessOptions, "serve" | "onBroken">): HarnessProcess;
  /** Whether the next run will be the first one of its process. */
  isFresh(): boolean;
}

/**
 * The harness is loaded anew for each run, and the process sees no more and may do no more than one of a single run: it holds one
 * code only. A process that has ended, or that broke the protocol, is replaced at the next run.
 * @param options limits are those of the process, so of all its runs together
 */
export function keepHarness(options: {
  readonly sandbox: Sandbox;
  readonly code: string;
  readonly limits: Limits;
}): KeptHarness {
  let running: HarnessProcess | undefined;
  let run: Run | undefined;

  const spawn = (): HarnessProcess => {
    const spawned = startHarness({
      ...options,
      inTurn: true,
      async serve(request) {
        if (run === undefined) return late(request);
        const served = run;
        const response = await served.serve(request);
        if (request.method === "exit") served.report();
        return response;
      },
      onBroken(detail) {
        run?.onBroken(detail);
      },
    });
    void spawned.ended.finally(() => {
      if (running === spawned) running = undefined;
    });
    return spawned;
  };

  return {
    start({ serve, onBroken }) {
      const { promise: reported, resolve: report } = Promise.withResolvers<void>();
      const own = { serve, onBroken, report };
      run = own;
      const used = (running ??= spawn());
      const ended = Promise.race([used.ended, reported.then(() => GOES_ON)]);
      void ended.finally(() => {
        if (run === own) run = undefined;
      });
      return {
        send: (message) => used.send(message),
        idle: () => used.idle(),
        kill: () => used.kill(),
        ended,
      };
    },
    isFresh: () => running === undefined,
    async [Symbol.asyncDispose]() {
      running?.kill();
      await running?.ended;
    },
  };
}

interface Run extends Pick<HarnessOptions, "serve" | "onBroken"> {
  /** It has said how it ended. */
  report(): void;
}

/** A run that has reported has exited, for all that anybody may know. */
const GOES_ON: Awaited<HarnessProcess["ended"]> = { exit: { kind: "exited", code: 0 }, stderr: "" };

/** Between two runs nobody is asked for anything. */
function late({ id }: Request): Response {
  const error = { code: "invalid_request", message: "the run is over", retryable: false } as const;
  return { type: "response", id, error };
}
