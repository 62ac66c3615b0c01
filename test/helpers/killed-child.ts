/**
 * Run as a program of its own: moves the release of a home, and is killed while it does. It waits for a line on stdin before
 * it begins, and says so. It kills itself at a write to the store, counted from 1, when it is told to.
 *
 *     node killed-child.ts HOME PATCH promote|approve|rollback [WRITE before|behind]
 */
import { join } from "node:path";
import { approve, promotePatch } from "../../evolver/promote.ts";
import { rollbackRelease } from "../../evolver/rollback.ts";
import { openHome } from "../../runtime/kernel/home/home.ts";
import { openSqliteStore } from "../../runtime/kernel/store/sqlite.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";

const [dir = "", patch = "", action = "", write = "0", where = ""] = process.argv.slice(2);
const home = await openHome(dir);
const store = dying(openSqliteStore(join(home.state, "store.db")));
const probe = async () => ({ kind: "healthy", found: "not tried" }) as const;
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
process.stdin.destroy();
if (action === "promote") await promotePatch(home, store, patch, { probe });
else if (action === "approve") await approve(home, store, patch, "good", { probe });
else await rollbackRelease(home, store, { patch });

function dying(inner: Store): Store {
  let writes = 0;
  return {
    ...inner,
    async put(...parts) {
      const here = ++writes === Number(write);
      if (here && where === "before") process.kill(process.pid, "SIGKILL");
      await inner.put(...parts);
      if (here) process.kill(process.pid, "SIGKILL");
    },
  };
}
