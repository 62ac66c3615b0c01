import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { promote } from "../../../replay/release/promote.ts";
import { unreleasedHead } from "../../../replay/release/unreleased.ts";
import { git } from "../../../runtime/kernel/git.ts";
import { makeRuntime } from "../../helpers/runtime.ts";

test("what a person commits after a promotion is told, until it is released", async () => {
  await using kit = await makeRuntime({ prompts: { "system.md": "Promoted.\n" } });
  const { home, store } = kit.runtime;
  const repo = home.dir;
  const commit = async (path: string, text: string): Promise<string> => {
    writeFileSync(join(repo, path), text);
    await git(repo).run(["commit", "--quiet", "--all", "-m", `Change ${path}`]);
    return (await git(repo).run(["rev-parse", "HEAD"])).trim();
  };
  await commit("prompts/system.md", "By hand, before.\n");
  expect(await unreleasedHead(home), "HEAD is what runs").toBeUndefined();
  const release = kit.genome.sha;
  await promote({ repo, store, what: { commit: release }, force: true, reason: "test" });
  const head = await commit("prompts/system.md", "By hand, after.\n");
  expect(await unreleasedHead(home)).toEqual({ head, release });
  await promote({ repo, store, what: { commit: head }, force: true, reason: "test" });
  expect(await unreleasedHead(home), "released").toBeUndefined();
  await commit("agent.yaml", "version: 1\nname: other\n");
  expect(await unreleasedHead(home), "no change to the genome").toBeUndefined();
});
