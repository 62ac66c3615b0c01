/** The regression bank from the command line. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { keepCase } from "../../replay/bank/keep-case.ts";
import { openSuite } from "../../replay/suites/suite.ts";
import { openHome } from "../../runtime/kernel/home/home.ts";
import { openSqliteStore } from "../../runtime/kernel/store/sqlite.ts";
import { agent, agentJson, sandboxFolder } from "./agent.ts";

const folder = sandboxFolder();
const dir = join(folder.dir, "home");
let name = "";

beforeAll(async () => {
  expect(await agent(["init", dir])).toMatchObject({ code: 0, stderr: "" });
  const home = await openHome(dir);
  const [task] = await openSuite(home, "example");
  if (task === undefined) throw new Error("no task");
  name = task.id;
  const store = openSqliteStore(join(home.state, "store.db"));
  const commit = "0".repeat(40);
  await store.put("releases", "1", {
    key: "1",
    at: "2026-11-21T10:00:00.000Z",
    kind: "promote",
    state: "done",
    from: commit,
    to: commit,
    reason: "Retry what fails",
    forced: false,
    patch: "abc",
    cases: [await keepCase(home, task)],
  });
  await store.close();
});
afterAll(() => folder[Symbol.dispose]());

it("lists a case, shows it, retires it with a reason only, and puts it back", async () => {
  expect((await agent(["bank"], { cwd: dir })).stdout).toMatch(/example\/.*Retry what fails\n1 case\n$/s);
  expect(await agentJson(["bank", "show", name], { cwd: dir })).toMatchObject({
    task: name,
    dir: expect.stringContaining("/.agent/bank/"),
    broughtBy: { patch: "abc" },
  });
  expect(await agent(["bank", "retire", name], { cwd: dir })).toMatchObject({ code: 2 });
  const blank = await agent(["bank", "retire", name, " "], { cwd: dir });
  expect(blank).toMatchObject({ code: 2, stderr: expect.stringContaining("with a reason only") });
  expect(await agent(["bank", "retire", "example/nothing", "x"], { cwd: dir })).toMatchObject({ code: 2 });
  await agentJson(["bank", "retire", name, "the truth was wrong"], { cwd: dir });
  expect(await agentJson(["bank"], { cwd: dir })).toMatchObject([
    { retired: { why: "the truth was wrong" } },
  ]);
  expect((await agent(["bank"], { cwd: dir })).stdout).toContain("0 cases, 1 retired");
  const again = await agent(["bank", "retire", name, "once more"], { cwd: dir });
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing changed") });
  await agentJson(["bank", "restore", name], { cwd: dir });
  expect(await agentJson(["bank", "restore", name], { cwd: dir })).toMatchObject({ changed: false });
  expect((await agent(["bank"], { cwd: dir })).stdout).toContain("1 case\n");
});
