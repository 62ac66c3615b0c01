import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refuseHomeAsWorkspace } from "../../replay/workspace.ts";
import { openHome, type Home } from "../../runtime/kernel/home/home.ts";
import { initHome } from "../../runtime/kernel/home/init.ts";

let top = "";
let home: Home;
let linked: Home;

beforeAll(async () => {
  top = realpathSync(mkdtempSync(join(tmpdir(), "ratchet-where-")));
  home = await openHome(await initHome(join(top, "own", "home"), "naive"));
  execFileSync("git", ["worktree", "add", "--quiet", "-b", "agent", join(top, "linked")], { cwd: home.dir });
  linked = await openHome(join(top, "linked"));
  mkdirSync(join(top, "data"));
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

describe("a folder to work in", () => {
  test("is any that has nothing to do with the home", async () => {
    await expect(refuseHomeAsWorkspace(home, join(top, "data"))).resolves.toBeUndefined();
    await expect(refuseHomeAsWorkspace(linked, join(top, "data"))).resolves.toBeUndefined();
  });

  test("is not the home, a folder in it, or one that contains it", async () => {
    for (const path of [home.dir, join(home.dir, "tasks"), join(home.dir, ".git"), join(top, "own"), top]) {
      await expect(refuseHomeAsWorkspace(home, path)).rejects.toMatchObject({ kind: "refused" });
    }
  });

  test("is not the repository of a home that is a linked worktree, wherever it lies", async () => {
    for (const path of [home.dir, join(home.dir, ".git"), join(top, "own")]) {
      await expect(refuseHomeAsWorkspace(linked, path)).rejects.toMatchObject({
        kind: "refused",
        message: expect.stringContaining("repository"),
      });
    }
  });
});
