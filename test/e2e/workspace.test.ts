/** Workspaces and instructions as people really have them. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { agent, agentJson, agentJsonAs, sandboxFolder } from "./agent.ts";

const folder = sandboxFolder();
const home = join(folder.dir, "home");
const CHORE = "Add up the amount column of sales.csv and write the sum to total.txt";

beforeAll(async () => {
  expect(await agent(["init", home])).toMatchObject({ code: 0 });
});
afterAll(() => folder[Symbol.dispose]());

it("works beside links that go in circles, pipes, sockets and binary files, and undo keeps them", async () => {
  const workspace = makeWorkspace("odd");
  symlinkSync("b", join(workspace, "a"));
  symlinkSync("a", join(workspace, "b"));
  symlinkSync(".", join(workspace, "self"));
  symlinkSync("/etc/passwd", join(workspace, "outside"));
  execFileSync("mkfifo", [join(workspace, "pipe")]);
  writeFileSync(
    join(workspace, "binary"),
    Uint8Array.from({ length: 70_000 }, (_, i) => i % 256),
  );
  const socket = createServer().listen(join(workspace, "socket"));
  const { id } = await agentJsonAs(RunDone, ["run", CHORE, "--workspace", workspace], { cwd: home });
  expect(readFileSync(join(workspace, "total.txt"), "utf8").trim()).toBe("30.50");
  await agentJson(["runs", "undo", id], { cwd: home });
  expect(existsSync(join(workspace, "total.txt"))).toBe(false);
  expect(["a", "self", "outside"].map((name) => readlinkSync(join(workspace, name)))).toEqual([
    "b",
    ".",
    "/etc/passwd",
  ]);
  expect(["pipe", "socket", "binary"].map((name) => existsSync(join(workspace, name)))).toEqual([
    true,
    true,
    true,
  ]);
  socket.close();
});

it("refuses what it could not bring back, names the largest file, and runs nothing", async () => {
  const workspace = makeWorkspace("large");
  writeFileSync(join(workspace, "disk.img"), "");
  truncateSync(join(workspace, "disk.img"), 2 ** 31);
  const { error } = await agentJsonAs(Failed, ["run", CHORE, "--workspace", workspace], {
    cwd: home,
    code: 5,
  });
  expect(error.message).toContain("2048.0 MiB  disk.img");
  expect(error.hint).toContain("smaller folder");
  expect(existsSync(join(workspace, "total.txt"))).toBe(false);
});

it("refuses a workspace that is not there, is a file, or holds the home", async () => {
  const file = join(home, "agent.yaml");
  for (const [workspace, code, message] of [
    [join(folder.dir, "nowhere"), 2, "there is no folder"],
    [file, 2, "is not a folder"],
    [home, 4, "the agent's own home"],
    [folder.dir, 4, "the agent's own home"],
    [join(home, ".git"), 4, "the agent's own home"],
  ] as const) {
    const { error } = await agentJsonAs(Failed, ["run", CHORE, "--workspace", workspace], {
      cwd: home,
      code,
    });
    expect(error.message).toContain(message);
  }
  expect(await agentJson(["run", "--task", file], { cwd: home, code: 2 })).toMatchObject({
    error: { kind: "usage" },
  });
});

it("takes a long instruction, and one full of what a terminal would obey", async () => {
  const workspace = makeWorkspace("words");
  const long = `${CHORE} ${"please ".repeat(17_000)}`;
  const { code } = await agent(["run", long, "--workspace", workspace, "--json"], { cwd: home });
  expect([0, 1, 3]).toContain(code);
  const hostile = "\u001B]0;gotcha\u0007\u001B[2J\u009B31m\u202EAdd up";
  const { id } = await agentJsonAs(z.object({ id: z.string() }), ["run", hostile, "--workspace", workspace], {
    cwd: home,
    code: 1,
  });
  const outputs = await Promise.all(
    [
      ["runs"],
      ["runs", "show", id],
      ["runs", "--json"],
      ["run", hostile, "--workspace", workspace],
      ["run", "--suite", hostile],
    ].map((args) => agent(args, { cwd: home, env: { FORCE_COLOR: "1" } })),
  );
  for (const { stdout, stderr } of outputs) {
    const withoutColours = `${stdout}${stderr}`.replaceAll(
      new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, "g"),
      "",
    );
    expect(withoutColours).not.toMatch(/[^\P{Cc}\n]|[\u202A-\u202E]/u);
  }
});

function makeWorkspace(name: string): string {
  const dir = join(folder.dir, name);
  mkdirSync(dir);
  writeFileSync(join(dir, "sales.csv"), "name,amount\nada,10.50\ngrace,20\n");
  return dir;
}

const RunDone = z.object({ id: z.string(), status: z.literal("done") });
const Failed = z.object({
  error: z.object({ kind: z.string(), message: z.string(), hint: z.string().optional() }),
});
