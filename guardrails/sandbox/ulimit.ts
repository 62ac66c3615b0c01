import type { Limits } from "./sandbox.ts";

/**
 * A command with limits set by the shell, for systems without `prlimit`. Not the number of processes: outside a
 * namespace it would count all that the user runs. Not the data segment: the watch over the tree has to do.
 */
export function limited(limits: Limits, argv: readonly string[]): [file: string, ...args: string[]] {
  const script = `ulimit -c 0; ulimit -t ${limits.cpuSeconds}; ulimit -n ${limits.openFiles}; ulimit -f ${Math.ceil(limits.fileBytes / 512)}; exec "$@"`;
  return ["/bin/sh", "-c", script, "limited", ...argv];
}
