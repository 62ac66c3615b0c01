/** Finds where a run met an error and got over it by itself. */
import { fingerprint, viewOf } from "../../analyse/view.ts";
import type { CallView } from "../../analyse/view.ts";
import type { Trace } from "../../failure.ts";
import { mayTeach } from "./may-teach.ts";

export interface Recovery {
  readonly run: string;
  /** Skills that the run had loaded. */
  readonly skills: readonly string[];
  /** What the failed call said. */
  readonly error: string;
  /** Text of the failed call's input: what of the error came from there varies from run to run. */
  readonly input: string;
  /** Commands between the failure and the repetition that worked; empty when repeating was enough. */
  readonly commands: readonly string[];
}

/** More steps than these are a detour, and which of them helped is anybody's guess. */
const MOST_COMMANDS = 2;

/** Tool error E → other calls C → the first call again, and it works. */
export function recoveriesOf(trace: Trace): Recovery[] {
  const view = viewOf(trace);
  return view.calls.flatMap((failed, position) => {
    if (!failed.event.result.is_error || failed.event.result.content.trim() === "") return [];
    const wanted = fingerprint(failed.event);
    const later = view.calls.slice(position + 1);
    const repeated = later.findIndex(({ event }) => fingerprint(event) === wanted);
    const again = later[repeated];
    if (!again || again.event.result.is_error) return [];
    // With the same id it was the harness that tried again, and not the model that learned something.
    if (again.event.call_id === failed.event.call_id) return [];
    const commands = later.slice(0, repeated).filter(acts).map(commandOf);
    if (commands.length > MOST_COMMANDS || commands.some((command) => command === undefined)) return [];
    const { content } = failed.event.result;
    const known = commands.filter((command) => command !== undefined);
    return [
      {
        run: trace.run.id,
        skills: view.skills,
        error: content,
        input: JSON.stringify(failed.event.input),
        commands: known,
      },
    ];
  });
}

/** Looking around changes nothing, and a call that failed did not help. */
function acts({ event }: CallView): boolean {
  return !event.result.is_error && event.capability !== "observe";
}

/** Lessons know shell commands only, and not every one. */
function commandOf({ event: { input } }: CallView): string | undefined {
  const command =
    typeof input === "object" && input !== null && "command" in input ? input.command : undefined;
  if (typeof command !== "string" || /[\n`]/.test(command.trim()) || !mayTeach(command)) return undefined;
  return command.trim();
}
