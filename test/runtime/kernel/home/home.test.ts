import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openHome } from "../../../../runtime/kernel/home/home.ts";
import { initHome } from "../../../../runtime/kernel/home/init.ts";

let top: string;
let home: string;
beforeAll(async () => {
  top = realpathSync(mkdtempSync(join(tmpdir(), "ratchet-home-")));
  home = await initHome(join(top, "home"), "naive");
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

/** Puts a text in place of a file, or takes the file away, while `task` runs. */
async function without(file: string, text: string | undefined, task: () => Promise<void>): Promise<void> {
  const path = join(home, file);
  renameSync(path, `${path}.away`);
  try {
    if (text !== undefined) writeFileSync(path, text);
    await task();
  } finally {
    rmSync(path, { force: true });
    renameSync(`${path}.away`, path);
  }
}

test("opens from the top and from any folder below, and writes nothing", async () => {
  mkdirSync(join(home, ".agent", "deep"), { recursive: true });
  const before = [readdirSync(home), statSync(home).mtimeMs];
  const opened = await openHome(home);
  expect(opened).toMatchObject({
    dir: home,
    state: join(home, ".agent"),
    config: { name: "home" },
    guardrails: { version: 1 },
  });
  for (const below of ["harness", "skills", "tasks/example", ".agent/deep", "harness/../harness/"]) {
    expect(await openHome(join(home, below))).toEqual(opened);
  }
  expect([readdirSync(home), statSync(home).mtimeMs]).toEqual(before);
});

test("there is none: says where it looked and what to do", async () => {
  await expect(openHome(top)).rejects.toMatchObject({
    kind: "config",
    message: `there is no agent.yaml in ${top} or above it`,
    hint: expect.stringContaining("agent init"),
  });
  await expect(openHome(join(top, "no", "such", "folder"))).rejects.toThrow("there is no agent.yaml");
});

test.each([
  ["agent.yaml", "version: 1\nmodle: {}\n", 'agent.yaml:2: unknown key "modle"'],
  ["agent.yaml", "", "agent.yaml:1: version: is missing"],
  ["guardrails.yaml", "version: 1\npermissions: { deny: ['('] }\n", "guardrails.yaml:2: permissions.deny.0"],
  ["guardrails.yaml", undefined, "guardrails.yaml: cannot be read: there is no such file"],
])("%s that is wrong stops everything (%#)", async (file, text, message) => {
  await without(file, text, async () => {
    await expect(openHome(home)).rejects.toMatchObject({
      kind: "config",
      message: expect.stringContaining(message),
    });
  });
});

test("a folder that is no repository is no home", async () => {
  await without(".git", undefined, async () => {
    await expect(openHome(home)).rejects.toThrow(`${home} is not the top of a git repository`);
  });
});
