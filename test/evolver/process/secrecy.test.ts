/** A proposer that tries to read what only the gate may know. Each attempt works where nothing confines it. */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createServer, type ListenOptions, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openProposerProcess } from "../../../evolver/process/proposers.ts";
import { ProposerFailed } from "../../../evolver/propose/proposer.ts";
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import { packageFile } from "../../../runtime/kernel/package.ts";
import { makeRuntime, type Kit } from "../../helpers/runtime.ts";
import { scriptedModel } from "../../helpers/scripted-model.ts";
import type { Loot, Targets } from "./attacker.ts";
import { question, tiers, unconfined } from "./support.ts";

const SECRET = "ratchet-secret-of-another-process";
let kit: Kit;
let targets: Targets;
const servers: Server[] = [];
const bystander = spawn("/bin/sleep", ["300"], { env: { SECRET } });

beforeAll(async () => {
  kit = await makeRuntime();
  const { dir, state } = kit.runtime.home;
  const outside = kit.folder();
  const secrets = [
    join(dir, "tasks/chores/one/task.yaml"),
    join(dir, "tasks/chores/one/verify/answer.txt"),
    join(state, "suites/chores-1/two/verify/answer.txt"),
    join(state, "reports/cycle.md"),
    join(outside, "trace.json"),
  ];
  for (const path of secrets) {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "4711");
  }
  const [tcp, unix] = [createServer(), createServer()];
  servers.push(tcp, unix);
  const socket = join(outside, "socket");
  await Promise.all([listening(tcp, { port: 0, host: "127.0.0.1" }), listening(unix, { path: socket })]);
  targets = {
    files: [
      ...secrets,
      join(state, "store.db"),
      join(dir, "agent.yaml"),
      join(dir, ".git/HEAD"),
      packageFile("replay/suites/suite.ts"),
      packageFile("replay/suites/chores/chores.ts"),
      packageFile("test/helpers/runtime.ts"),
    ],
    folders: [dir, state, join(dir, "tasks"), join(state, "releases"), packageFile("replay"), outside],
    writeIn: [dir, state, outside],
    repository: dir,
    port: (tcp.address() as { port: number }).port,
    socket,
    process: bystander.pid ?? 0,
    secret: SECRET,
  };
});

afterAll(async () => {
  bystander.kill("SIGKILL");
  for (const server of servers) server.close();
  await kit[Symbol.asyncDispose]();
});

test("without a sandbox every attempt works", async () => {
  const { tried, worked } = await robbed(await unconfined());
  expect(tried.length).toBeGreaterThan(20);
  expect(worked).toEqual(tried);
});

describe.each(tiers)("under $tier", ({ sandbox }) => {
  test("reads no task, verifier, trace or store, reaches nobody, writes nowhere", async () => {
    const before = filesOf(kit.runtime.home.dir);
    const { tried, worked, environment, descriptors, root } = await robbed(sandbox);
    expect({ many: tried.length > 20, worked }).toEqual({ many: true, worked: [] });
    expect(filesOf(kit.runtime.home.dir)).toEqual(before);
    const names = environment.split("\0").map((entry) => entry.split("=")[0] ?? "");
    expect(names.filter((name) => !OWN_NAMES.has(name))).toEqual([]);
    expect(descriptors.filter((path) => path.startsWith("/") && !OWN_FILES.test(path))).toEqual([]);
    // The code that it runs is there, and nothing that lies beside it.
    const package_ = root.filter((path) => path.startsWith("/ratchet/"));
    expect(package_).toContain("/ratchet/evolver/propose");
    expect(package_.filter((path) => path.startsWith("/ratchet/runtime/"))).toEqual([
      "/ratchet/runtime/kernel",
    ]);
    expect(new Set(package_.map((path) => path.split("/")[2]))).toEqual(
      new Set(["evolver", "guardrails", "node_modules", "package.json", "runtime", "skills"]),
    );
    expect(package_.filter((path) => path.startsWith("/ratchet/skills/") && !path.endsWith(".ts"))).toEqual(
      [],
    );
  });
});

/** Of the environment, with what bubblewrap adds; after the last NUL stands nothing. */
const OWN_NAMES = new Set(["HOME", "LANG", "PATH", "PWD", "TZ", ""]);
/** Node's own, and the empty file with which descriptors that the test runner left open are covered. */
const OWN_FILES = /^\/dev\/null$|^\/proc\/\d+\/fd$|^\/tmp\/ratchet-fd-\w+\/data \(deleted\)$/;

async function robbed(sandbox: Sandbox): Promise<Loot> {
  const entry = join(import.meta.dirname, "attacker.ts");
  await using process = openProposerProcess({ sandbox, model: scriptedModel([]), entry });
  const asked = question({ targets: JSON.stringify(targets) });
  const thrown = await process
    .proposer("operators")
    .propose(asked)
    .catch((error: unknown) => error);
  if (!(thrown instanceof ProposerFailed)) throw new Error(`the attacker said: ${String(thrown)}`);
  return JSON.parse(thrown.message) as Loot;
}

/** Names and times of all files, save those that the store changes by itself. */
function filesOf(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((path) => !path.includes("store.db"))
    .map((path) => `${path} ${statSync(join(dir, path)).mtimeMs}`);
}

function listening(server: Server, where: ListenOptions): Promise<void> {
  return new Promise((resolve) => server.listen(where, () => resolve()));
}
