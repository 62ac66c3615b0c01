import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openHome } from "../../../../runtime/kernel/home/home.ts";
import { initHome } from "../../../../runtime/kernel/home/init.ts";
import { openRuntime } from "../../../../runtime/kernel/run/runtime.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-secrets-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the values of secret variables are redacted, those of other variables are not", async () => {
  const home = await openHome(await initHome(join(folder, "home"), "default"));
  const runtime = await openRuntime(home, {
    ANTHROPIC_API_KEY: "no-known-shape-of-a-key-17",
    MY_SERVICE_TOKEN: "hunter-2-hunter-2",
    EDITOR: "vim-the-editor",
  });
  try {
    const text = "no-known-shape-of-a-key-17 and hunter-2-hunter-2 in vim-the-editor";
    expect(runtime.redact(text)).toBe(
      "[redacted:known-secret] and [redacted:known-secret] in vim-the-editor",
    );
  } finally {
    await runtime.store.close();
  }
});
