/** How long the guard takes to decide, with a policy as long as a careful person's. */
import type { Action } from "../../guardrails/action.ts";
import { decide, type Policy } from "../../guardrails/policy.ts";
import type { Figure } from "../figure.ts";
import { summary } from "../stats.ts";

const DECISIONS = 20_000;

const POLICY: Policy = {
  allow: [
    "read(**)",
    "bash(git status)",
    "bash(npm test *)",
    "write(src/**)",
    "http(GET https://api.example.com/**)",
  ],
  ask: ["bash(git push *)", "write(package.json)", "write(*.lock)", "http(POST https://api.example.com/**)"],
  deny: ["read(.env)", "read(**/*.pem)", "write(.git/**)", "bash(rm *)", "bash(curl *)", "bash(sudo *)"],
  hosts: ["api.example.com", "*.internal.example.com"],
};

const ACTIONS: readonly Action[] = [
  { capability: "observe", tool: "read", paths: ["src/components/table/rows.ts"] },
  { capability: "observe", tool: "read", paths: ["secrets/server.pem"] },
  { capability: "write", tool: "write", paths: ["src/index.ts"] },
  { capability: "execute", tool: "bash", command: "sort -t, -k3 orders.csv | head -20 && wc -l orders.csv" },
  { capability: "execute", tool: "bash", command: "git push origin main" },
  { capability: "network", tool: "http", method: "GET", url: "https://api.example.com/v1/prices?item=7" },
];

export const policy: Figure = {
  name: "policy",
  about: "one decision of the guard, with 15 permission patterns",
  async measure() {
    const samples: number[] = [];
    for (let n = 0; n < DECISIONS; n++) {
      const action = ACTIONS[n % ACTIONS.length];
      if (action === undefined) continue;
      const began = performance.now();
      decide(POLICY, action);
      samples.push((performance.now() - began) * 1000);
    }
    const rules = ACTIONS.map((action) => decide(POLICY, action).verdict).join(" ");
    return [
      summary("policy decision", "µs", samples, { note: `15 patterns, six kinds of action: ${rules}` }),
    ];
  },
};
