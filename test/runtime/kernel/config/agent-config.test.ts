import { expect, test } from "vitest";
import { AgentConfig } from "../../../../runtime/kernel/config/agent-config.ts";
import { parseYaml } from "../../../../runtime/kernel/config/yaml-file.ts";

test("a holdout that would make the gate undecided for ever is refused, with the reason", () => {
  const problem =
    "agent.yaml:3: evolution.holdout: must be 0.1 or more: the gate accepts a patch for four failures or more only when it " +
    "also fixes one that its proposer never saw";
  expect(() => read("evolution:\n  holdout: 0")).toThrow(problem);
  expect(read("evolution: { holdout: 0.1 }").evolution.holdout).toBe(0.1);
});

test("a sandbox tier that cannot be had is no choice", () => {
  expect(() => read("sandbox: { tier: landlock }")).toThrow(/agent\.yaml:2: sandbox\.tier: .*"bwrap"/);
});

function read(text: string): AgentConfig {
  return parseYaml(`version: 1\n${text}\n`, "agent.yaml", AgentConfig);
}
