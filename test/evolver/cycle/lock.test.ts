import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withCycleLock } from "../../../evolver/cycle/lock.ts";
import { AgentConfig } from "../../../runtime/kernel/config/agent-config.ts";
import { GuardrailsConfig } from "../../../runtime/kernel/config/guardrails-config.ts";
import type { Home } from "../../../runtime/kernel/home/home.ts";
import { makeHome } from "../../helpers/home.ts";

const LOCK = new URL("../../../evolver/cycle/lock.ts", import.meta.url).href;
const STORE = new URL("../../../runtime/kernel/store/sqlite.ts", import.meta.url).href;

describe("the lock of a cycle", () => {
  it("is held by one at a time, and given back however the work ends", async () => {
    await using made = makeHome();
    const home = homeIn(made.repo);
    await withCycleLock(home, made.store, async () => {
      const second = withCycleLock(home, made.store, async () => "never");
      await expect(second).rejects.toMatchObject({
        kind: "infrastructure",
        message: expect.stringContaining(`(process ${process.pid}, since `),
        hint: expect.stringContaining(`kill -INT ${process.pid}`),
      });
    });
    await expect(withCycleLock(home, made.store, () => Promise.reject(new Error("broke")))).rejects.toThrow(
      "broke",
    );
    expect(await withCycleLock(home, made.store, async () => "again")).toBe("again");
  });

  it("is taken over from a process that was killed, and names one that lives", async () => {
    await using made = makeHome();
    const home = homeIn(made.repo);
    const holder = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", holdFor(home)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    await expect(withCycleLock(home, made.store, async () => "never")).rejects.toThrow(
      `process ${holder.pid}`,
    );
    holder.kill("SIGKILL");
    await once(holder, "exit");
    expect(await withCycleLock(home, made.store, async () => "taken over")).toBe("taken over");
  });
});

function holdFor(home: Home): string {
  return `
    const { withCycleLock } = await import(${JSON.stringify(LOCK)});
    const { openSqliteStore } = await import(${JSON.stringify(STORE)});
    const store = openSqliteStore(${JSON.stringify(join(home.state, "store.db"))});
    await withCycleLock(${JSON.stringify(home)}, store, async () => {
      console.log("held");
      await new Promise((resolve) => setTimeout(resolve, 1e6));
    });
  `;
}

function homeIn(dir: string): Home {
  return {
    dir,
    state: join(dir, ".agent"),
    config: AgentConfig.parse({ version: 1, name: "test", model: { provider: "procedure" } }),
    guardrails: GuardrailsConfig.parse({ version: 1 }),
  };
}
