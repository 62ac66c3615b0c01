/** One `agent run` of a task, with the memory of everything it starts. */
import { join } from "node:path";
import { packageFile } from "../../runtime/kernel/package.ts";
import type { Figure } from "../figure.ts";
import { CLONE, runAgent } from "../support/child.ts";

export const runMemory: Figure = {
  name: "run-memory",
  about: "one `agent run` of the example task: time and peak memory of its process tree",
  async measure(bench) {
    const { home } = await bench.home();
    const task = packageFile("runtime/genome/templates/tasks/example/total-of-a-column");
    const args = ["run", "--task", task, "--json", "--release", (await bench.home()).shipped.sha];
    const { code, stderr, ms, memory } = await runAgent({
      launcher: CLONE,
      args,
      cwd: join(home.dir),
      signal: bench.signal,
    });
    if (code !== 0) throw new Error(`agent run ended with ${code}: ${stderr.slice(-500)}`);
    return [
      {
        what: "peak memory of one agent run",
        unit: "MiB",
        value: memory.bytes / 1_048_576,
        note: `${memory.kind} of ${memory.processes} processes, every 250 ms`,
      },
      { what: "… from command to prompt", unit: "s", value: ms / 1000, note: "the example task, passed" },
    ];
  },
};
