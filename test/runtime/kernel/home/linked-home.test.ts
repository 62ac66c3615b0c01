import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openHome } from "../../../../runtime/kernel/home/home.ts";
import { initHome } from "../../../../runtime/kernel/home/init.ts";
import { openRuntime } from "../../../../runtime/kernel/run/runtime.ts";
import { runSuite } from "../../../../replay/live.ts";

let folder = "";

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "ratchet-linked-")));
  mkdirSync(join(folder, "real"));
  await initHome(join(folder, "real", "home"), "default");
  symlinkSync(join(folder, "real"), join(folder, "link"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a home behind a symbolic link runs like any other", async () => {
  const home = await openHome(join(folder, "link", "home"));
  expect(home.dir).toBe(join(folder, "real", "home"));
  const runtime = await openRuntime(home, {});
  try {
    const results = await runSuite(runtime, { suite: "example", signal: new AbortController().signal });
    expect(results.map(({ pass, summary }) => ({ pass, summary }))).toEqual([
      { pass: true, summary: expect.stringContaining("123.5") },
    ]);
  } finally {
    await runtime.store.close();
  }
});
