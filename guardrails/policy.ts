/** Decides whether an action may happen. Pure: the same policy and action always get the same answer. */
import { describeAction, type Action, type Capability } from "./action.ts";
import { matchesAction, matchesHostEntry } from "./pattern.ts";

/** The part of guardrails.yaml that speaks of tool calls. */
export interface Policy {
  /** Permission patterns; see pattern.ts. */
  readonly allow: readonly string[];
  readonly ask: readonly string[];
  readonly deny: readonly string[];
  /** Hosts that may be reached, as `network.hosts` lists them. */
  readonly hosts: readonly string[];
}

export interface Decision {
  readonly verdict: "allow" | "ask" | "deny";
  /** The pattern that decided, or the name of the rule behind it. */
  readonly rule: string;
  readonly reason: string;
}

/** What happens when no pattern speaks of an action. */
const DEFAULTS: Readonly<Record<Capability, Decision>> = {
  observe: { verdict: "allow", rule: "default:observe", reason: "the workspace and the skills may be read" },
  write: { verdict: "allow", rule: "default:write", reason: "the workspace may be changed" },
  execute: { verdict: "allow", rule: "default:execute", reason: "commands run in the sandbox" },
  network: { verdict: "deny", rule: "default:network", reason: "the host is not listed" },
};

/** Deny wins over ask, ask over allow, allow over the default. Whatever goes wrong in here is a deny. */
export function decide(policy: Policy, action: Action): Decision {
  const { deny, ask, allow, hosts } = policy;
  return (
    boundary(action) ??
    firstMatch(deny, action, "deny", "restrict") ??
    firstMatch(ask, action, "ask", "restrict") ??
    firstMatch(allow, action, "allow", "permit") ??
    byDefault(hosts, action)
  );
}

/** What becomes of a decision when there is nobody to ask. */
export function withoutTerminal(decision: Decision): Decision {
  if (decision.verdict !== "ask") return decision;
  const reason = `${decision.rule} needs a person's consent and there is no terminal to ask at; move the rule to permissions.allow in guardrails.yaml to permit it`;
  return { verdict: "deny", rule: decision.rule, reason };
}

/** No rule can open these. */
function boundary(action: Action): Decision | undefined {
  if (action.capability !== "observe" && action.capability !== "write") return undefined;
  for (const path of action.paths) {
    const outside = path.startsWith("/") || path.split("/").includes("..");
    if (!outside) continue;
    const isSkill = path === "/skills" || (path.startsWith("/skills/") && !path.split("/").includes(".."));
    if (isSkill && action.capability === "observe") continue;
    const reason = isSkill ? "skills are read-only" : `${path} is outside the workspace`;
    return { verdict: "deny", rule: "boundary:workspace", reason };
  }
  return undefined;
}

function firstMatch(
  patterns: readonly string[],
  action: Action,
  verdict: Decision["verdict"],
  mode: "permit" | "restrict",
): Decision | undefined {
  for (const pattern of patterns) {
    try {
      if (!matchesAction(pattern, action, mode)) continue;
      return { verdict, rule: pattern, reason: `permissions.${verdict} has ${pattern}` };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { verdict: "deny", rule: pattern, reason: `the rule ${pattern} cannot be applied: ${why}` };
    }
  }
  return undefined;
}

function byDefault(hosts: readonly string[], action: Action): Decision {
  if (action.capability !== "network") return DEFAULTS[action.capability];
  const url = URL.parse(action.url);
  if (url === null) return { ...DEFAULTS.network, reason: `${action.url} is not a URL` };
  const entry = hosts.find((host) => matchesHostEntry(host, url));
  if (entry !== undefined) {
    return { verdict: "allow", rule: `network.hosts:${entry}`, reason: `network.hosts lists ${entry}` };
  }
  const reason = `${describeAction(action)}: the host is not listed. To permit it, add to guardrails.yaml:\nnetwork:\n  hosts: ["${url.hostname}"]`;
  return { ...DEFAULTS.network, reason };
}
