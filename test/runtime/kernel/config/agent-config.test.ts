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

test("a coding agent that may propose must be named, and have a price under a cap", () => {
  const agent = "coding_agent: { command: [claude, -p, Do the task in TASK.md] }";
  expect(read(`evolution: { ${agent}, proposers: [coding-agent] }`).evolution.coding_agent).toEqual({
    command: ["claude", "-p", "Do the task in TASK.md"],
    minutes: 10,
    env: [],
    show: [],
    network: false,
  });
  expect(() => read("evolution: { proposers: [coding-agent] }")).toThrow(
    "evolution.coding_agent: is missing",
  );
  expect(() => read(`evolution: { ${agent}, proposers: [coding-agent], usd: 5 }`)).toThrow(
    "evolution.coding_agent.usd: is missing: without it nobody knows what an attempt costs",
  );
  expect(() => read("evolution: { coding_agent: { command: [a], network: [https://example.org] } }")).toThrow(
    "must be a host, or host:port",
  );
});

function read(text: string): AgentConfig {
  return parseYaml(`version: 1\n${text}\n`, "agent.yaml", AgentConfig);
}
