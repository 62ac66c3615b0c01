/** What reaches a terminal, a pipe that is closed early, and a terminal that can do little. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agent, ended, LAUNCHER, oldNode, sandboxFolder, startAgent } from "./agent.ts";

const folder = sandboxFolder();
const home = join(folder.dir, "home");
/** util-linux; it gives a command a terminal of its own. */
const SCRIPT = ["/usr/bin/script", "/bin/script"].find((file) => spawnSync(file, ["--version"]).status === 0);

beforeAll(async () => {
  expect(await agent(["init", home])).toMatchObject({ code: 0 });
  expect(await agent(["run", "--suite", "example"], { cwd: home })).toMatchObject({ code: 0 });
});
afterAll(() => folder[Symbol.dispose]());

describe("a reader that goes away", () => {
  const old = oldNode();
  const nodes = [process.execPath, ...(old === undefined ? [] : [old])];

  it.each([
    [["runs"], 0],
    [["runs", "export"], 0],
    [["run", "--suite", "example"], 0],
    [["--help"], 0],
    [["help", "run"], 0],
    [["runs", "show", "nope", "--json"], 2],
  ])("ends agent %j as if it were there", async (args, code) => {
    for (const node of nodes) {
      const child = startAgent(args, { cwd: home, node });
      const end = ended(child);
      child.stdout?.destroy();
      expect(await end).toMatchObject({ code, stderr: "" });
    }
  });
});

describe.runIf(SCRIPT !== undefined)("a terminal", () => {
  it("gets colours, and none with NO_COLOR, nor when it is dumb", () => {
    expect(terminal("runs", { TERM: "xterm-256color" })).toContain("\u001B[32mpass");
    for (const env of [{ TERM: "xterm-256color", NO_COLOR: "1" }, { TERM: "dumb" }]) {
      expect(terminal("runs", env)).not.toContain("\u001B");
    }
  });

  it("gets lines that fit", () => {
    for (const command of ["runs", "skills", "run --suite example"]) {
      const lines = stripVTControlCharacters(terminal(command, { TERM: "xterm" }, 40)).split(/\r?\n/);
      expect(lines.length).toBeGreaterThan(2);
      expect(lines.filter((line) => [...line].length > 40)).toEqual([]);
    }
  });

  it("keeps a counter on its line, and a dumb one none", () => {
    const lively = terminal("evolve", { TERM: "xterm" });
    expect(lively).toContain("baseline: 1 of 1 task run\r\n");
    expect(terminal("evolve", { TERM: "dumb" })).not.toContain("\u001B");
  });
});

it("writes no colours and no counters where there is no terminal", async () => {
  for (const args of [["run", "--suite", "example"], ["evolve"], ["runs"], ["doctor"], ["skills"]]) {
    expect((await agent(args, { cwd: home })).stdout).not.toMatch(/[\u001B\r]/);
  }
  expect(readdirSync(join(home, ".agent")).toSorted()).toContain("store.db");
});

function terminal(command: string, env: Readonly<Record<string, string>>, columns = 100): string {
  const line = `stty cols ${columns}; agent() { ${process.execPath} ${LAUNCHER} "$@"; }; agent ${command}`;
  const { stdout, status } = spawnSync(
    SCRIPT ?? "",
    ["--quiet", "--return", "--command", line, "/dev/null"],
    {
      cwd: home,
      env: { PATH: process.env["PATH"], HOME: folder.dir, SHELL: "/bin/sh", ...env },
      encoding: "utf8",
      input: "",
    },
  );
  expect({ status, stdout }).toMatchObject({ status: 0 });
  return stdout;
}
