/** A watch that fails must not cost the run its result. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openHome, watchRelease } from "../../runtime/index.ts";
import { openSqliteStore } from "../../runtime/kernel/store/sqlite.ts";
import { agent, sandboxFolder } from "./agent.ts";

const folder = sandboxFolder();
const home = join(folder.dir, "home");

beforeAll(async () => {
  expect(await agent(["init", home])).toMatchObject({ code: 0, stderr: "" });
  const store = openSqliteStore(join(home, ".agent/store.db"));
  await store.put("releases", "spoiled", { kind: "promote" });
  await store.close();
});
afterAll(() => folder[Symbol.dispose]());

it("tells the result of a suite with its exit code, and what went wrong on stderr", async () => {
  const { code, stdout, stderr } = await agent(["run", "--suite", "example", "--json"], { cwd: home });
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/^agent: the watch .* failed.*: receipt spoiled cannot be read/),
  });
  expect(JSON.parse(stdout)).toMatchObject({ suite: "example", passed: 1, total: 1 });
});

it("tells the result of an instruction that failed, with the exit code of the run", async () => {
  const workspace = join(folder.dir, "data");
  mkdirSync(workspace);
  const { code, stdout, stderr } = await agent(
    ["run", "Compose a symphony", "--workspace", workspace, "--json"],
    { cwd: home },
  );
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("receipt spoiled") });
  expect(JSON.parse(stdout)).toMatchObject({ status: "gave_up" });
});

it("is asked by users of the library themselves, who get the error", async () => {
  await using opened = await openHome(home, {});
  await expect(watchRelease(opened)).rejects.toThrow("receipt spoiled cannot be read");
});
