import { FIRST_FD, STATUS_FD } from "./launch.ts";

/**
 * Prefix of a command inside, which runs it below a shell as process 1. A command that is process 1 itself ignores
 * signals and collects no orphans. When the shell ends, the system kills whatever is left in the namespace, and the
 * launcher outside, whose child it is, collects it: nothing depends on a host init that does. With `report` it first
 * writes on the status descriptor, and closes what was for the launcher; bubblewrap does both itself.
 */
export function initCommand(report: boolean): string[] {
  return ["/bin/sh", "-c", report ? `${REPORT}; ${SCRIPT}` : SCRIPT, "init"];
}

const REPORT = `echo reached >&${STATUS_FD}; exec ${STATUS_FD}>&- ${FIRST_FD}<&- ${FIRST_FD + 1}<&-`;
/** The shell's own error output is silent on how the command died. */
const SCRIPT = `exec 9>&2 2>/dev/null; "$@" 2>&9 9>&-; exit $?`;
