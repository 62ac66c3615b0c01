/** Proposals over the wire: what comes out is what went in, and what cannot be an edit is refused. */
import { expect, test } from "vitest";
import type { FileEdit, Proposal } from "../../../evolver/candidate.ts";
import { compacted, expanded } from "../../../evolver/process/compact.ts";

const LOOP = "for (;;) {\n  step();\n}\n".repeat(200);
const genome = new Map([
  ["harness/loop.ts", LOOP],
  ["prompts/system.md", "Do it, Grüße 😀.\n"],
]);

test.each<[string, FileEdit]>([
  ["a change in the middle", changed("harness/loop.ts", LOOP.replace("step();\n}\nfor", "stop();\n}\nfor"))],
  ["an insertion of what stands there already", changed("harness/loop.ts", `${LOOP}${LOOP}`)],
  ["a deletion", changed("harness/loop.ts", LOOP.slice(26))],
  ["half of a pair of code units", changed("prompts/system.md", "Do it, Grüße 😁.\n")],
  ["no change", changed("prompts/system.md", "Do it, Grüße 😀.\n")],
  ["a new file", { path: "harness/new.ts", before: undefined, after: "export {};\n" }],
  ["one made from another text", { path: "harness/loop.ts", before: "old", after: "new" }],
])("%s comes out as it went in", (_, edit) => {
  const sent = JSON.stringify(compacted([proposal(edit)], genome));
  expect(expanded(JSON.parse(sent), genome)).toEqual([proposal(edit)]);
});

test("a thousand changes of a file take little of a line", () => {
  const all = Array.from({ length: 1000 }, (_, at) =>
    proposal(changed("harness/loop.ts", LOOP.replace("step()", `step(${at})`))),
  );
  expect(JSON.stringify(compacted(all, genome)).length).toBeLessThan(200_000);
});

test.each([
  ["a file that is not there", { path: "harness/none.ts", start: 0, end: 0, text: "x" }, "is not there"],
  ["an end before its start", { path: "harness/loop.ts", start: 5, end: 4, text: "x" }, "changes 5 to 4"],
  [
    "a place behind the end",
    { path: "prompts/system.md", start: 0, end: 99, text: "x" },
    "has 17 characters",
  ],
])("%s is refused", (_, edit, words) => {
  expect(() => expanded([{ ...proposal(), edits: [edit] }], genome)).toThrow(words);
});

test("a few bytes that become more text than a cycle can hold are refused", () => {
  const large = new Map([["harness/loop.ts", "x".repeat(1_000_000)]]);
  const edit = { path: "harness/loop.ts", start: 0, end: 0, text: "y" };
  const many = Array.from({ length: 200 }, () => ({ ...proposal(), edits: [edit] }));
  expect(() => expanded(many, large)).toThrow("come to more than");
});

function changed(path: string, after: string): FileEdit {
  return { path, before: genome.get(path), after };
}

function proposal(...edits: readonly FileEdit[]): Proposal {
  return { rung: "harness", source: "operator:test", title: "Change", rationale: "r", edits, costUsd: 0 };
}
