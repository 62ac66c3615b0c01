import { describe, expect, test } from "vitest";
import { checkInvariants } from "../../guardrails/invariants.ts";

const invariants = [{ file: "prompts/system.md", text: "Never delete files." }];
const before = "You are an agent.\nNever delete files.\n";

describe("checkInvariants", () => {
  test("an edit that loses the pinned text is found", () => {
    const findings = checkInvariants(
      [{ path: "prompts/system.md", before, after: "You are an agent.\n" }],
      invariants,
    );
    expect(findings).toEqual([
      {
        check: "invariants",
        path: "prompts/system.md",
        message: 'the pinned text is gone: "Never delete files."',
      },
    ]);
  });

  test("one word changed is a loss", () => {
    const after = before.replace("Never", "Rarely");
    expect(checkInvariants([{ path: "prompts/system.md", before, after }], invariants)).toHaveLength(1);
  });

  test("an edit that keeps it, or of another file, passes", () => {
    expect(
      checkInvariants([{ path: "prompts/system.md", before, after: `${before}Be brief.\n` }], invariants),
    ).toEqual([]);
    expect(checkInvariants([{ path: "prompts/nudge.md", before, after: "" }], invariants)).toEqual([]);
  });
});
