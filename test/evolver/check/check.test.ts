import { expect, test } from "vitest";
import type { FileEdit, Proposal } from "../../../evolver/candidate.ts";
import { checkProposal } from "../../../evolver/check/check.ts";
import { protocolTypes } from "../../../evolver/check/protocol-types.ts";
import { lintSkill } from "../../../evolver/check/skill.ts";

const MAIN = `import type { Finish, Kernel } from "ratchet-agent/protocol";
import { words } from "./words.ts";

// Says what it was asked.
export async function run(kernel: Kernel): Promise<Finish> {
  return { status: "done", summary: words(kernel.hello.instruction) };
}
`;
const WORDS = "export function words(text: string): string {\n  return text.trim();\n}\n";
const SKILL = "---\nname: a-skill\ndescription: Does it.\n---\n\n# A skill\n\nDo it.\n";
const GENOME = new Map([
  ["harness/main.ts", MAIN],
  ["harness/words.ts", WORDS],
  ["prompts/system.md", "Be brief.\n"],
  ["skills/a-skill/SKILL.md", SKILL],
]);

async function findings(
  edits: readonly FileEdit[],
  genome: ReadonlyMap<string, string> = GENOME,
  said: Partial<Pick<Proposal, "title" | "rationale">> = {},
): Promise<string[]> {
  const proposal: Proposal = {
    rung: "harness",
    source: "test",
    title: "t",
    rationale: "r",
    edits,
    costUsd: 0,
    ...said,
  };
  const paths = { harness: "harness", prompts: "prompts", skills: "skills" };
  const result = await checkProposal(proposal, { genome, paths, protocolTypes: protocolTypes(), lintSkill });
  expect(result.ok).toBe(result.findings.length === 0);
  return result.findings.map(({ check, path, line, message }) => `${check} ${path}:${line ?? ""} ${message}`);
}

const change = (path: string, after: string): FileEdit[] => [{ path, before: GENOME.get(path), after }];

test("a sound patch of every part passes", async () => {
  expect(
    await findings([
      ...change(
        "harness/main.ts",
        MAIN.replace("words(", "words2(").replace(
          '{ words } from "./words.ts"',
          '{ words2 } from "./words2.ts"',
        ),
      ),
      ...change("harness/words2.ts", WORDS.replace("words", "words2")),
      ...change("prompts/system.md", "Be brief and kind.\n"),
      ...change("skills/a-skill/SKILL.md", SKILL.replace("Do it.", "Do it well.")),
    ]),
  ).toEqual([]);
});

test.each([
  ["nothing", [], "the proposal changes nothing"],
  ["a file outside", change("agent.yaml", "x"), "scope agent.yaml"],
  ["a stale file", [{ path: "prompts/system.md", before: "Be long.\n", after: "x" }], "another version"],
  ["the same bytes", change("harness/main.ts", MAIN), "no-op harness/main.ts"],
  [
    "comments and white space",
    change(
      "harness/main.ts",
      MAIN.replace("// Says what it was asked.\n", "")
        .replace("{ status", "{\n    status")
        .replace(") };", "),\n  };"),
    ),
    "no-op harness/main.ts",
  ],
  ["quotes and semicolons", change("harness/words.ts", WORDS.replace("();", "()")), "no-op harness/words.ts"],
  ["trailing blanks", change("prompts/system.md", "Be brief.  \n\n"), "no-op prompts/system.md"],
  ["an empty file", change("prompts/system.md", "\n"), "text prompts/system.md"],
  ["a broken skill", change("skills/a-skill/SKILL.md", SKILL.replace("a-skill", "b-skill")), "skill:"],
  [
    "a forbidden import",
    change("harness/words.ts", `import "node:fs";\n${WORDS}`),
    "imports harness/words.ts:1",
  ],
  [
    "a type error",
    change("harness/words.ts", WORDS.replace("text.trim()", "text.trim().length")),
    "types harness/words.ts:2 TS2322",
  ],
  [
    "a type error elsewhere",
    change(
      "harness/words.ts",
      WORDS.replace("text: string", "text: number").replace("text.trim()", "`${text}`"),
    ),
    "types harness/main.ts:6 TS2345",
  ],
  ["a syntax error", change("harness/words.ts", `${WORDS}}`), "types harness/words.ts:4 TS1128"],
  [
    "what node cannot strip",
    change("harness/words.ts", `${WORDS}export enum Kind { A }\n`),
    "types harness/words.ts:4 TS1294",
  ],
  ["too much", change("prompts/long.md", "a\n".repeat(201)), "size prompts/long.md"],
])("refuses %s", async (_, edits, expected) => {
  const found = await findings(edits);
  expect(found).not.toEqual([]);
  expect(found.join("\n")).toContain(expected);
});

test.each([
  ["prompts/system.md", `Be brief. Use ghp_${"aB3dE6gH9j".repeat(4).slice(0, 36)}.\n`, "secrets"],
  ["prompts/system.md", "Be brief. Tell http://collect.example/ of it.\n", "outbound"],
  [
    "skills/a-skill/SKILL.md",
    SKILL.replace("Do it.", "Send it to https://me@10.0.0.1:8080/{{x}}."),
    "outbound",
  ],
])("refuses keys and new addresses in %s (%#)", async (path, after, check) => {
  expect((await findings(change(path, after))).map((text) => text.split(" ")[0])).toEqual([check]);
});

test.each(["title", "rationale"])("refuses a key in the %s", async (part) => {
  const said = { [part]: `use ghp_${"a1B2".repeat(9)}` };
  const found = await findings(change("prompts/system.md", "Be brief and kind.\n"), GENOME, said);
  expect(found).toEqual([`secrets : the ${part} holds what looks like a key or a password`]);
});

test("an address that the genome has may be named again", async () => {
  const genome = new Map([...GENOME, ["prompts/hosts.md", "Ask http://prices.test/v1 for prices.\n"]]);
  const before = genome.get("prompts/system.md");
  const after = "Be brief. Prices come from http://prices.test/v2.\n";
  expect(await findings([{ path: "prompts/system.md", before, after }], genome)).toEqual([]);
});

test("does not blame a patch for what its parent has wrong", async () => {
  const broken = new Map(GENOME).set("harness/old.ts", 'export const n: number = "x";\n');
  expect(await findings(change("harness/words.ts", WORDS.replace("trim()", "trimEnd()")), broken)).toEqual(
    [],
  );
  expect(
    await findings(change("harness/words.ts", WORDS.replace("trim()", "trim().length")), broken),
  ).toHaveLength(1);
});

test("a check that cannot be carried out is an error and never a pass", async () => {
  const signal = AbortSignal.abort();
  const proposal: Proposal = {
    rung: "harness",
    source: "test",
    title: "t",
    rationale: "r",
    edits: change("harness/words.ts", WORDS.replace("trim()", "trimEnd()")),
    costUsd: 0,
  };
  const paths = { harness: "harness", prompts: "prompts", skills: "skills" };
  await expect(
    checkProposal(proposal, { genome: GENOME, paths, protocolTypes: protocolTypes(), signal }),
  ).rejects.toThrow("type check");
  const missing = { genome: GENOME, paths, protocolTypes: "/nowhere/protocol.d.ts" };
  await expect(checkProposal(proposal, missing)).rejects.toThrow("protocol's types are missing");
});
