import { describe, expect, it } from "vitest";
import { matchesHost, matchesPath, matchesText } from "../../guardrails/glob.ts";

describe("matchesPath", () => {
  it.each([
    ["**", "a/b/c", true],
    ["**", ".", true],
    ["src/**", "src", true],
    ["src/**", "src/a/.hidden", true],
    ["src/**", "srcs/a", false],
    ["src/", "src/a/b", true],
    ["src/*", "src/a/b", false],
    ["src/*.ts", "src/a.ts", true],
    ["**/*.ts", "a.ts", true],
    ["**/*.ts", "x/y/a.ts", true],
    ["a/**/b/**/c", "a/x/b/c", true],
    ["a/**/b/**/c", "a/b/x/d", false],
    ["*.{ts,js}", "a.js", true],
    ["*.{ts,js}", "a.py", false],
    ["?.txt", "a.txt", true],
    ["?.txt", "ab.txt", false],
    ["a{b", "a{b", true],
    ["a[1].txt", "a[1].txt", true],
    ["./src/a", "src/a", true],
  ])("%s on %s is %s", (pattern, path, expected) => {
    expect(matchesPath(pattern, path)).toBe(expected);
  });

  it("ends soon on patterns that would make a regular expression explode", () => {
    expect(matchesPath(`${"*a".repeat(40)}b`, "a".repeat(4000))).toBe(false);
    expect(matchesPath(`${"**/a/".repeat(30)}b`, "a/".repeat(500))).toBe(false);
  });

  it("refuses braces without end", () => {
    expect(() => matchesPath("{a,b}".repeat(9), "x")).toThrow(/more than 256/);
  });
});

describe("matchesText", () => {
  it("gives * any text and nothing else a meaning", () => {
    expect(matchesText("npm run *", "npm run a/b c")).toBe(true);
    expect(matchesText("npm run ?", "npm run x")).toBe(false);
    expect(matchesText("", "x")).toBe(false);
  });
});

describe("matchesHost", () => {
  it.each([
    ["api.example.com", "API.example.com", true],
    ["*.example.com", "a.example.com", true],
    ["*.example.com", "a.b.example.com", false],
    ["*.example.com", "example.com", false],
    ["api-*.example.com", "api-1.example.com", true],
    ["*", "example.com", false],
    ["example.com", "example.com.", true],
    ["example.com", "example.com.evil.org", false],
  ])("%s on %s is %s", (pattern, host, expected) => {
    expect(matchesHost(pattern, host)).toBe(expected);
  });
});
