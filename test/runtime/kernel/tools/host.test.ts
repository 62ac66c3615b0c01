import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ToolSpec } from "../../../../runtime/kernel/protocol.ts";
import { defineTool } from "../../../../runtime/kernel/tools/define.ts";
import { createToolHost } from "../../../../runtime/kernel/tools/host.ts";
import { builtinTools, toolSpecs } from "../../../../runtime/kernel/tools/registry.ts";
import { detectSandbox } from "../../../../guardrails/sandbox/detect.ts";
import { bench } from "./support.ts";

describe("a tool host", () => {
  it("lists what exists when the tool is unknown", async () => {
    const { called } = await bench();
    const { result, decision, capability } = await called("Bash", { command: "ls" });
    expect(result).toMatchObject({ is_error: true, failure: { kind: "unknown_tool" } });
    expect(result.content).toContain("bash, read, write, edit, grep, glob, http");
    expect(result.content).toContain("Did you mean bash?");
    expect([decision.verdict, capability]).toEqual(["deny", "unknown"]);
  });

  it.each([
    [{}],
    [null],
    [undefined],
    ["text"],
    [[]],
    [{ path: 3 }],
    [{ path: "a", extra: 1 }],
    [{ path: "" }],
  ])("says what is wrong with the input %j", async (input) => {
    const { call } = await bench();
    const result = await call("read", input);
    expect(result).toMatchObject({ is_error: true, failure: { kind: "invalid_input" } });
    expect(result.content).toMatch(/the input of read is not valid/);
  });

  it("does not run what policy denies, and says which rule it was", async () => {
    const { called, workspace, call } = await bench({ policy: { deny: ["write(*.lock)"] } });
    const { result, decision, capability } = await called("write", { path: "a.lock", content: "x" });
    expect(result.failure).toEqual({ kind: "denied" });
    expect(result.content).toContain("permissions.deny has write(*.lock)");
    expect([decision.rule, capability]).toEqual(["write(*.lock)", "write"]);
    expect((await call("read", { path: "a.lock" })).failure).toEqual({ kind: "not_found" });
    expect(workspace).not.toBe("");
  });

  it("asks a person when there is one, and denies when there is none", async () => {
    const questions: string[] = [];
    const approve = async (question: string): Promise<boolean> => {
      questions.push(question);
      return question.includes("good");
    };
    const asked = await bench({ policy: { ask: ["write"] }, approve });
    expect((await asked.called("write", { path: "good", content: "" })).decision).toMatchObject({
      verdict: "allow",
      rule: "write",
    });
    expect((await asked.called("write", { path: "bad", content: "" })).decision.verdict).toBe("deny");
    expect(questions).toHaveLength(2);
    const alone = await bench({ policy: { ask: ["write"] } });
    const { decision, result } = await alone.called("write", { path: "good", content: "" });
    expect(decision.verdict).toBe("deny");
    expect(result.content).toMatch(/no terminal/);
  });

  it("treats a person who cannot be asked as no", async () => {
    const { called } = await bench({
      policy: { ask: ["write"] },
      approve: () => Promise.reject(new Error("gone")),
    });
    const { decision, result } = await called("write", { path: "a", content: "" });
    expect([decision.verdict, result.is_error]).toEqual(["deny", true]);
  });

  it("turns a tool that throws into a result", async () => {
    const broken = defineTool({
      name: "broken",
      description: "",
      capability: "observe",
      input: z.strictObject({}),
      action: () => ({ capability: "observe", tool: "broken", paths: ["."] }),
      run: () => Promise.reject(new Error("it broke")),
    });
    const host = createToolHost({
      tools: [broken],
      policy: { allow: [], ask: [], deny: [], hosts: [] },
      context: {
        workspace: "/nonexistent",
        skills: "/nonexistent",
        sandbox: await detectSandbox(),
        hosts: [],
        services: new Map(),
        signal: new AbortController().signal,
      },
    });
    const { result } = await host.call({ id: "1", name: "broken", input: {} });
    expect(result).toMatchObject({ is_error: true, failure: { kind: "failed" } });
    expect(result.content).toContain("it broke");
  });
});

describe("toolSpecs", () => {
  it("describes every tool as a JSON schema of an object", () => {
    const specs = toolSpecs(builtinTools());
    expect(specs.map(({ name }) => name)).toEqual(["bash", "read", "write", "edit", "grep", "glob", "http"]);
    for (const spec of specs) {
      expect(ToolSpec.parse(spec)).toEqual(spec);
      expect(spec.input_schema).toMatchObject({ type: "object", additionalProperties: false });
    }
    expect(specs[0]?.input_schema["required"]).toEqual(["command"]);
  });
});
