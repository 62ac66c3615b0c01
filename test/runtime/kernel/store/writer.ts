/** Run as a program of its own by the tests: writes events and acknowledges each append on stdout. */
import { openSqliteStore } from "../../../../runtime/kernel/store/sqlite.ts";

const [file = "", run = "", count = "0"] = process.argv.slice(2);
const store = openSqliteStore(file);
const nobody = { task: null, instruction: "i", release: "r", model: "m", workspace: "/w", snapshot: null };
await store.startRun({ id: run, purpose: "live", ...nobody });
for (let i = 0; i < Number(count); i++) {
  await store.append(run, [{ kind: "noted", note: run, data: { i } }]);
  process.stdout.write(`${i}\n`);
}
// Killed here, or before: the run is never closed.
if (process.argv[5] === "wait") setInterval(() => undefined, 1000);
else await store.endRun(run, "done", { steps: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 });
