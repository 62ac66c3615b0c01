import { describe, expect, it } from "vitest";
import type { Action } from "../../guardrails/action.ts";
import { HostPattern, PermissionPattern } from "../../guardrails/pattern.ts";
import { decide, withoutTerminal, type Policy } from "../../guardrails/policy.ts";

const policy = (part: Partial<Policy>): Policy => ({ allow: [], ask: [], deny: [], hosts: [], ...part });
const bash = (command: string): Action => ({ capability: "execute", tool: "bash", command });
const read = (...paths: string[]): Action => ({ capability: "observe", tool: "read", paths });
const write = (...paths: string[]): Action => ({ capability: "write", tool: "write", paths });
const get = (url: string, method = "GET"): Action => ({ capability: "network", tool: "http", method, url });
/** A policy under which only what `allow` names goes through. */
const only = (...allow: string[]): Policy => policy({ allow, ask: ["nothing"], deny: [] });

describe("decide", () => {
  it("lets deny win over ask, ask over allow, allow over the default", () => {
    const all = { allow: ["bash"], ask: ["bash(git:*)"], deny: ["bash(git push:*)"] };
    expect(decide(policy(all), bash("git push origin")).verdict).toBe("deny");
    expect(decide(policy(all), bash("git status")).verdict).toBe("ask");
    expect(decide(policy(all), bash("ls"))).toMatchObject({ verdict: "allow", rule: "bash" });
    expect(decide(policy({}), bash("ls"))).toMatchObject({ verdict: "allow", rule: "default:execute" });
  });

  it("has a default for each capability", () => {
    expect(decide(policy({}), read("a")).verdict).toBe("allow");
    expect(decide(policy({}), write("a")).verdict).toBe("allow");
    expect(decide(policy({}), get("https://example.com/")).verdict).toBe("deny");
  });

  it("says what to write when a host is not listed", () => {
    expect(decide(policy({}), get("https://api.example.com/x")).reason).toContain(
      'hosts: ["api.example.com"]',
    );
  });

  it("denies when a rule cannot be applied, even if a later one would allow", () => {
    const broken = policy({ allow: ["bash"], deny: ["bash(("] });
    expect(decide(broken, bash("ls"))).toMatchObject({ verdict: "deny", rule: "bash((" });
    expect(decide(policy({ allow: ["http(not a url)"] }), get("https://example.com/")).verdict).toBe("deny");
  });

  it("lets no rule open what lies outside the workspace", () => {
    const open = policy({ allow: ["read", "write", "read(**)", "write(**)"] });
    expect(decide(open, read("/etc/passwd"))).toMatchObject({ verdict: "deny", rule: "boundary:workspace" });
    expect(decide(open, read("a", "/etc/passwd")).verdict).toBe("deny");
    expect(decide(open, read("../x")).verdict).toBe("deny");
    expect(decide(open, read("/skills/a/b")).verdict).toBe("allow");
    expect(decide(open, read("/skills/../etc")).verdict).toBe("deny");
    expect(decide(open, write("/skills/a")).verdict).toBe("deny");
  });

  it("turns ask into deny when there is nobody to ask", () => {
    const decision = withoutTerminal(decide(policy({ ask: ["bash(git push:*)"] }), bash("git push")));
    expect(decision.verdict).toBe("deny");
    expect(decision.reason).toMatch(/no terminal/);
  });
});

describe("command rules", () => {
  const allows = (pattern: string, command: string): boolean =>
    decide(only(pattern), bash(command)).rule === pattern;
  const denies = (pattern: string, command: string): boolean =>
    decide(policy({ deny: [pattern] }), bash(command)).verdict === "deny";

  it.each([
    ["bash(git diff:*)", "git diff"],
    ["bash(git diff:*)", "git  diff --stat a"],
    ["bash(npm run *)", "npm run test"],
    ["bash(make)", "make"],
    ["bash(*)", "a; b | c"],
    ["bash(a && b)", "a && b"],
  ])("%s permits %s", (pattern, command) => expect(allows(pattern, command)).toBe(true));

  it.each([
    ["bash(git diff:*)", "git difftool"],
    ["bash(git diff:*)", "git diff; rm x"],
    ["bash(git diff:*)", "git diff && rm x"],
    ["bash(git diff:*)", "git diff | sh"],
    ["bash(git diff:*)", "git diff & rm x"],
    ["bash(git diff:*)", "git diff $(rm x)"],
    ["bash(git diff:*)", "git diff `rm x`"],
    ["bash(git diff:*)", "git diff > x"],
    ["bash(git diff:*)", "git diff <(rm x)"],
    ["bash(git diff:*)", "git diff\nrm x"],
    ["bash(git *)", "git log; rm x"],
    ["bash(make)", "make install"],
  ])("%s does not permit %s", (pattern, command) => expect(allows(pattern, command)).toBe(false));

  it.each([
    ["rm -rf x"],
    ["ls; rm x"],
    ["ls && rm x"],
    ["ls\nrm x"],
    ["echo $(rm x)"],
    ["echo `rm x`"],
    ["ls | xargs rm"],
    ["sudo -u me rm x"],
    ["A=1 rm x"],
    ["/bin/rm x"],
    ["r\\m x"],
    ["'rm' x"],
    ['bash -c "rm x"'],
    ["find . -exec rm {} \\;"],
    ["if true; then rm x; fi"],
    ["ls &&\\\nrm x"],
  ])("bash(rm:*) denies %s", (command) => expect(denies("bash(rm:*)", command)).toBe(true));

  it.each([["rmdir x"], ["git rm x"], ["npm run rm"], ["echo term"], ["cat rm"]])(
    "bash(rm:*) leaves %s alone",
    (command) => expect(denies("bash(rm:*)", command)).toBe(false),
  );
});

describe("path rules", () => {
  it("cover the tools that do the same", () => {
    const closed = policy({ deny: ["read(secrets/**)", "write(src/**)"] });
    expect(decide(closed, { capability: "observe", tool: "grep", paths: ["secrets/a"] }).verdict).toBe(
      "deny",
    );
    expect(decide(closed, { capability: "write", tool: "edit", paths: ["src/a"] }).verdict).toBe("deny");
    expect(decide(closed, write("secrets/a")).verdict).toBe("allow");
  });

  it("restrict both the written path and where links lead, and permit only when both match", () => {
    expect(decide(policy({ deny: ["read(secrets/**)"] }), read("link", "secrets/a")).verdict).toBe("deny");
    expect(decide(policy({ allow: ["read(docs/**)"] }), read("docs/a", "src/a")).rule).toBe(
      "default:observe",
    );
  });

  it("may be written as the agent sees the workspace", () => {
    expect(decide(policy({ deny: ["read(/workspace/a/**)"] }), read("a/b")).verdict).toBe("deny");
    expect(decide(policy({ deny: ["read(./a)"] }), read("a")).verdict).toBe("deny");
  });
});

describe("network rules", () => {
  it.each([
    ["http(GET api.example.com/*)", "GET", "https://api.example.com/v1/x?y=1", true],
    ["http(GET api.example.com/*)", "POST", "https://api.example.com/v1", false],
    ["http(api.example.com)", "POST", "https://api.example.com/v1", true],
    ["http(https://api.example.com/v1/*)", "GET", "http://api.example.com/v1/x", false],
    ["http(GET *.example.com/v1/*)", "GET", "https://a.example.com/v1/x", true],
    ["http(GET api.example.com/v1/*)", "GET", "https://api.example.com/v1/../admin", false],
    ["http(GET api.example.com/v1/*)", "GET", "https://api.example.com/v1/%2e%2e/admin", false],
    ["http(GET api.example.com:8080/*)", "GET", "http://api.example.com:8080/", true],
    ["http(GET api.example.com:8080/*)", "GET", "http://api.example.com/", false],
    ["http(GET api.example.com/*)", "GET", "https://api.example.com.evil.org/", false],
    ["http(GET api.example.com/*)", "GET", "https://evil.org/api.example.com/", false],
  ])("%s and %s %s: %s", (pattern, method, url, expected) => {
    expect(decide(policy({ allow: [pattern] }), get(url, method)).verdict === "allow").toBe(expected);
  });

  it("denies a path however it is spelled", () => {
    const closed = policy({ hosts: ["api.example.com"], deny: ["http(api.example.com/admin*)"] });
    expect(decide(closed, get("https://api.example.com/%61dmin")).verdict).toBe("deny");
    expect(decide(closed, get("https://api.example.com/x")).verdict).toBe("allow");
  });

  it("takes ports of listed hosts seriously", () => {
    expect(decide(policy({ hosts: ["example.com:8080"] }), get("http://example.com:8080/")).verdict).toBe(
      "allow",
    );
    expect(decide(policy({ hosts: ["example.com:8080"] }), get("http://example.com/")).verdict).toBe("deny");
    expect(decide(policy({ hosts: ["[::1]:80"] }), get("http://[::1]/")).verdict).toBe("allow");
  });
});

describe("schemas for guardrails.yaml", () => {
  it.each(["bash", "bash(git diff:*)", "read(**)", "http(GET a.b/*)", "my-tool(x)"])(
    "%s is a pattern",
    (text) => expect(PermissionPattern.safeParse(text).success).toBe(true),
  );
  it.each(["", "bash(", "bash()", "(x)", "bash x", "bash(a) b", "9tool"])(
    "%s is none, and the message names it",
    (text) => {
      const { error } = PermissionPattern.safeParse(text);
      expect(error?.issues[0]?.message).toContain(`"${text}"`);
    },
  );
  it("knows hosts", () => {
    for (const host of ["api.example.com", "*.example.com", "localhost:3000", "127.0.0.1", "[::1]:8080"]) {
      expect(HostPattern.safeParse(host).success).toBe(true);
    }
    for (const host of ["https://a.b", "a.b/c", "", "a b"])
      expect(HostPattern.safeParse(host).success).toBe(false);
  });
});
