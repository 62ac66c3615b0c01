import { expect, test } from "vitest";
import { cycleReport, type ReportedCycle } from "../../../evolver/publish/report.ts";
import { candidateOf, edit, proposal } from "../../helpers/home.ts";

const accepted = candidateOf("a".repeat(40), "b".repeat(40), {
  proposal: proposal([edit("prompts/system.md", "You are a careful agent.\n")], "Ask for care"),
  branch: "evolve/2026-11-21-ask-for-care",
});
const rejected = candidateOf("c".repeat(40), "b".repeat(40), {
  verdict: "reject",
  proposal: proposal(
    [{ path: "skills/x/SKILL.md", before: undefined, after: "```\ncode\n```\n" }],
    "Add | a *skill*",
  ),
  reasons: [
    { name: "harms-nothing", claim: "nothing is lost", holds: "fails", figures: "1 of 3 lost: csv/b" },
  ],
  fixes: [],
  regressions: ["csv/b"],
});
const REPORT: ReportedCycle = {
  cycle: "2026-11-21",
  suite: "chores",
  startedAt: "2026-11-21T01:00:00Z",
  endedAt: "2026-11-21T01:05:00Z",
  release: "b".repeat(40),
  model: "procedure",
  costUsd: 0,
  saved: { modelCalls: 12, tokens: 3400, usd: 0 },
  reproduced: { again: 4, of: 5 },
  before: { passed: 3, total: 8 },
  after: { passed: 8, total: 8 },
  accounts: [
    {
      name: "model",
      attempts: 3,
      proposals: 40,
      refused: 5,
      tried: 30,
      helped: 3,
      judged: 2,
      accepted: 1,
      usd: 0.0123,
      seconds: 61.25,
    },
  ],
  clusters: [
    { id: "c1", title: "gave up <b>early</b>", failures: 5 },
    { id: "c2", title: "wrong result", failures: 1 },
  ],
  candidates: [
    {
      candidate: accepted,
      cases: [{ name: "csv/a", role: "failing", baseline: [false], candidate: [true] }],
    },
    {
      candidate: rejected,
      cases: [{ name: "csv/b", role: undefined, baseline: [true, true], candidate: [false, true] }],
    },
  ],
  refused: [{ title: "Edit the tasks", source: "model", why: "tasks/a is not part of the genome" }],
};

test("one is not many", () => {
  const one = cycleReport({
    ...REPORT,
    reproduced: { again: 1, of: 1 },
    clusters: [{ id: "c1", title: "wrong result", failures: 1 }],
    candidates: [{ candidate: { ...accepted, trials: 1 }, cases: [] }],
  });
  expect(one).toContain("| Failures | 1 in 1 cluster |");
  expect(one).toContain("| 1 of 1 failing task |");
  expect(one).toMatch(/, 1 trial$/m);
});

test("the report says what was measured, accepted and turned down, and why", () => {
  const report = cycleReport(REPORT);
  const rows = report.split("\n");
  expect(rows).toContain("| Tasks passed before | 3 of 8 |");
  expect(rows).toContain("| Tasks passed with the accepted patches | 8 of 8 |");
  expect(rows).toContain("| Patches | 2 judged, 1 accepted, 1 refused before replay |");
  expect(rows).toContain(
    "| c1 | gave up &lt;b\\>early&lt;/b\\> | 5 | aaaaaaaaaaaa (accept), cccccccccccc (reject) |",
  );
  expect(rows).toContain("| c2 | wrong result | 1 | nothing |");
  expect(rows).toContain("| model | 3 | 40 | 5 | 30 | 3 | 2 | 1 | $0.0123 | 61.3 s |");
  expect(rows).toContain("| csv/a | failing | fail | pass |");
  expect(rows).toContain("| csv/b |  | pass | 1 of 2 pass |");
  expect(rows).toContain("| harms-nothing | nothing is lost | fails | 1 of 3 lost: csv/b |");
  expect(rows).toContain("Refused before replay, from model: tasks/a is not part of the genome");
  expect(report.indexOf("### Ask for care")).toBeGreaterThan(report.indexOf("## Accepted"));
  expect(report.indexOf("### Add \\| a \\*skill\\*")).toBeGreaterThan(report.indexOf("## Not accepted"));
});

test("each patch is shown as a diff that git could apply, in a fence that it cannot close", () => {
  const report = cycleReport(REPORT);
  expect(report).toContain(
    "```diff\n--- a/prompts/system.md\n+++ b/prompts/system.md\n@@ -1,1 +1,1 @@\n-You are an agent.\n+You are a careful agent.\n```",
  );
  expect(report).toContain(
    "````diff\n--- /dev/null\n+++ b/skills/x/SKILL.md\n@@ -0,0 +1,3 @@\n+```\n+code\n+```\n````",
  );
});

test("a cycle in which nothing happened has a report too", () => {
  const report = cycleReport({
    ...REPORT,
    clusters: [],
    candidates: [],
    refused: [],
    before: undefined,
    after: undefined,
  });
  expect(report).toContain("There were no failures.");
  expect(report).toContain("No patch was accepted.");
  expect(report).toContain("Nothing was turned down.");
  expect(report).toContain("| Tasks passed before | not measured |");
});
