/** Ctrl-C, SIGTERM and kill -9 in the middle of the work. The harness of this home writes half a file and then waits. */
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  agent,
  agentJson,
  agentJsonAs,
  ended,
  oldNode,
  processesOf,
  sandboxFolder,
  startAgent,
  until,
  type Ended,
} from "./agent.ts";
import { checkoutOf, commitAll, git, naiveHome } from "./small-suite.ts";

const SLOW = `import type { Harness } from "ratchet-agent/protocol";

export const run: Harness = async (kernel) => {
  await kernel.tools.call({ id: "a", name: "bash", input: { command: "echo half > half.txt" } });
  await kernel.tools.call({ id: "b", name: "bash", input: { command: "sleep 100" } });
  return { status: "done", summary: "slept" };
};
`;

const folder = sandboxFolder();
const workspace = join(folder.dir, "data");
let home = "";

beforeAll(async () => {
  home = await naiveHome(folder.dir);
  writeFileSync(join(home, "harness/main.ts"), SLOW);
  commitAll(home, "Be slow");
  mkdirSync(workspace);
  writeFileSync(join(workspace, "notes.txt"), "mine\n");
});
beforeEach(() => {
  rmSync(join(workspace, "half.txt"), { force: true });
  for (const dir of scratchFolders()) rmSync(dir, { recursive: true, force: true });
});
afterAll(() => folder[Symbol.dispose]());

describe("agent run", () => {
  it("ends a Ctrl-C with everything saved, and undo brings the workspace back", async () => {
    const child = await half(["run", "Wait", "--workspace", workspace, "--json"]);
    group(child, "SIGINT");
    const { code, stdout, stderr } = await child.end;
    expect(code).toBe(130);
    expect(stderr).toBe("stopping; press Ctrl-C again to stop at once\n");
    const { id } = RunDone.parse(JSON.parse(stdout));
    expect(await agentJson(["runs", "show", id], { cwd: home })).toMatchObject({
      run: { id, status: "aborted", endedAt: expect.any(String) },
      events: expect.arrayContaining([
        expect.objectContaining({ event: expect.objectContaining({ kind: "run_ended" }) }),
      ]),
    });
    expect(readdirSync(workspace).toSorted()).toEqual(["half.txt", "notes.txt"]);
    await agentJson(["runs", "undo", id], { cwd: home });
    expect(readdirSync(workspace)).toEqual(["notes.txt"]);
    expectNothingLeft();
  });

  it("ends a SIGTERM as a Ctrl-C, however often it comes", async () => {
    const child = await half(["run", "Wait", "--workspace", workspace, "--json"]);
    group(child, "SIGTERM");
    group(child, "SIGTERM");
    const { code, stdout } = await child.end;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ status: "aborted" });
    expectNothingLeft();
  });

  it("leaves a run that was killed readable, and calls it interrupted", async () => {
    const child = await half(["run", "Wait", "--workspace", workspace]);
    group(child, "SIGKILL");
    expect((await child.end).signal).toBe("SIGKILL");
    await until(() => processesOf(folder.dir).length === 0);
    const [last] = await agentJsonAs(Runs, ["runs", "--limit", "1"], { cwd: home });
    expect(last).toMatchObject({ status: "interrupted" });
    const shown = await agent(["runs", "show", last?.id ?? ""], { cwd: home });
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toMatch(/ interrupted .*\nWait\n[^]*release /);
    await agentJson(["runs", "undo", last?.id ?? "", "--force"], { cwd: home });
    expect(readdirSync(workspace)).toEqual(["notes.txt"]);
  });
});

describe.runIf(oldNode() !== undefined)("agent run under an old node", () => {
  const node = oldNode() ?? "";

  it.each([
    ["the whole group, as a terminal does", group],
    ["the first process only", one],
  ] as const)("stops cleanly when the signal goes to %s", async (_, send) => {
    const child = await half(["run", "Wait", "--workspace", workspace, "--json"], node);
    send(child, "SIGINT");
    const { code, stdout, stderr } = await child.end;
    expect(code).toBe(130);
    expect(stderr).toBe("stopping; press Ctrl-C again to stop at once\n");
    expect(JSON.parse(stdout)).toMatchObject({ status: "aborted" });
    expectNothingLeft();
  });

  it("passes SIGTERM on", async () => {
    const child = await half(["run", "Wait", "--workspace", workspace, "--json"], node);
    one(child, "SIGTERM");
    const { code, stdout } = await child.end;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ status: "aborted" });
    expectNothingLeft();
  });
});

describe("what works in scratch folders", () => {
  it.each([
    ["agent run --suite", ["run", "--suite", "small", "--json"]],
    ["agent evolve", ["evolve", "--json"]],
  ])("%s leaves nothing behind", async (_, args) => {
    const before = checkoutOf(home);
    const refs = git(home, "for-each-ref");
    const child = await half(args);
    group(child, "SIGINT");
    const { code, stdout } = await child.end;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ error: { kind: "aborted" } });
    expectNothingLeft();
    expect(checkoutOf(home)).toBe(before);
    expect(git(home, "for-each-ref")).toBe(refs);
    for (const flags of [[], ["--trials"]]) {
      const runs = await agentJsonAs(Runs, ["runs", "--limit", "100", ...flags], { cwd: home });
      expect(runs.filter(({ status }) => status === "open")).toEqual([]);
    }
  });

  it("lets the next cycle begin at once", async () => {
    const child = await half(["evolve"]);
    group(child, "SIGKILL");
    await child.end;
    const next = await half(["evolve"]);
    group(next, "SIGINT");
    expect((await next.end).stderr).not.toContain("another cycle");
  });

  it("agent demo leaves nothing but the home that it was told to keep", async () => {
    const dir = join(folder.dir, "demo");
    const child = startAgent(["demo", "--dir", dir, "--json"], { env: { TMPDIR: folder.temporary } });
    const end = ended(child);
    await until(() => child.exitCode !== null || scratchFolders().length > 0);
    group({ child }, "SIGINT");
    const { code, stdout } = await end;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ error: { kind: "aborted" } });
    expectNothingLeft();
    expect(git(dir, "status", "--porcelain")).toBe("");
  });
});

interface Started {
  readonly child: ChildProcess;
}

/** Starts it and waits until the first half of the work is done. */
async function half(args: readonly string[], node?: string): Promise<Started & { end: Promise<Ended> }> {
  const child = startAgent(args, {
    cwd: home,
    env: { TMPDIR: folder.temporary },
    ...(node === undefined ? {} : { node }),
  });
  const end = ended(child);
  await until(() => child.exitCode !== null || isHalfDone());
  return { child, end };
}

function isHalfDone(): boolean {
  return [workspace, ...scratchFolders()].some((dir) => existsSync(join(dir, "half.txt")));
}

/** Node keeps its compile cache there, too; that is its own affair. */
function scratchFolders(): string[] {
  const ours = readdirSync(folder.temporary).filter((name) => name !== "node-compile-cache");
  return ours.map((name) => join(folder.temporary, name));
}

function group({ child }: Started, signal: NodeJS.Signals): void {
  process.kill(-(child.pid ?? Number.NaN), signal);
}

function one({ child }: Started, signal: NodeJS.Signals): void {
  child.kill(signal);
}

function expectNothingLeft(): void {
  expect(processesOf(folder.dir)).toEqual([]);
  expect(scratchFolders()).toEqual([]);
}

const RunDone = z.object({ id: z.string() });
const Runs = z.array(z.object({ id: z.string(), status: z.string() }));
