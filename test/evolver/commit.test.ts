import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { candidateRef, commitCandidate, UnusableProposal } from "../../evolver/commit.ts";
import type { FileEdit } from "../../evolver/candidate.ts";
import { edit, GENOME, makeHome, PATHS, proposal, type Home } from "../helpers/home.ts";

const commit = (home: Home, edits: readonly FileEdit[]) =>
  commitCandidate({
    repo: home.repo,
    parent: "HEAD",
    proposal: proposal(edits),
    message: "Subject\n",
    paths: PATHS,
    date: new Date("2026-11-21T10:00:00Z"),
  });

test("commits edits, new files and modes on top of the parent, and holds the commit by a reference", async () => {
  await using home = makeHome();
  const sha = await commit(home, [
    edit("skills/sum/scripts/sum.mjs", "#!/usr/bin/env node\nconsole.log(2);\n"),
    edit("prompts/system.md", ""),
    { path: "skills/new/SKILL.md", before: undefined, after: "näme\n" },
  ]);
  expect(home.git("rev-parse", `${sha}^`)).toBe(home.git("rev-parse", "HEAD"));
  expect(
    home.git("diff", "--raw", "--abbrev=1", "HEAD", sha).replace(/ [0-9a-f]+ [0-9a-f]+ (?=[AMD])/g, " "),
  ).toBe(
    [
      ":100644 100644 M\tprompts/system.md",
      ":000000 100644 A\tskills/new/SKILL.md",
      ":100755 100755 M\tskills/sum/scripts/sum.mjs",
      "",
    ].join("\n"),
  );
  expect(home.git("show", `${sha}:skills/new/SKILL.md`)).toBe("näme\n");
  expect(home.git("rev-parse", candidateRef(sha.slice(0, 12))).trim()).toBe(sha);
  home.git("gc", "-q", "--prune=now");
  expect(home.git("cat-file", "-t", sha).trim()).toBe("commit");
});

test("the same proposal at the same time is the same commit", async () => {
  await using home = makeHome();
  const edits = [edit("prompts/system.md", "x\n")];
  expect(await commit(home, edits)).toBe(await commit(home, edits));
});

test("line endings and filters of the home do not touch what was proposed", async () => {
  await using home = makeHome();
  home.write(".gitattributes", "*.md text eol=crlf filter=shout\n");
  home.git("config", "filter.shout.clean", "tr a-z A-Z");
  home.git("config", "core.autocrlf", "true");
  const sha = await commit(home, [edit("prompts/system.md", "a\r\nb\n")]);
  expect(home.git("show", `${sha}:prompts/system.md`)).toBe("a\r\nb\n");
});

test.each<[string, FileEdit[], UnusableProposal["why"]]>([
  ["the constitution", [edit("agent.yaml", "x")], "outside-genome"],
  ["a path that climbs out", [edit("harness/../agent.yaml", "x", undefined)], "outside-genome"],
  ["git's own folder", [edit("skills/.git/hooks/x", "x", undefined)], "outside-genome"],
  ["another text than the parent's", [edit("prompts/system.md", "x", "old")], "stale"],
  [
    "a new file that is there",
    [edit("prompts/system.md", "x\n", undefined)].map((e) => ({ ...e, before: undefined })),
    "stale",
  ],
  ["a file that is not there", [edit("prompts/none.md", "x", "y")], "stale"],
  ["a folder", [edit("skills/sum", "x", undefined)], "not-a-file"],
  ["a path below a file", [edit("skills/sum/SKILL.md/x", "x", undefined)], "not-a-file"],
  ["no edit", [], "empty"],
  ["the text of before", [edit("prompts/system.md", GENOME["prompts/system.md"] ?? "")], "empty"],
])("%s is refused and leaves no reference", async (_, edits, why) => {
  await using home = makeHome();
  const error = await commit(home, edits).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UnusableProposal);
  expect((error as UnusableProposal).why).toBe(why);
  expect(home.git("for-each-ref", "refs/ratchet")).toBe("");
});

test("a link in the way is refused", async () => {
  await using home = makeHome();
  const blob = home.git("hash-object", "-w", "agent.yaml").trim();
  home.git("update-index", "--add", "--cacheinfo", `120000,${blob},skills/link`);
  home.git("commit", "-q", "-m", "link");
  for (const path of ["skills/link", "skills/link/SKILL.md"]) {
    await expect(commit(home, [edit(path, "x", undefined)])).rejects.toMatchObject({ why: "not-a-file" });
  }
  expect(existsSync(join(home.repo, "skills/link"))).toBe(false);
});

test("an unknown parent is named", async () => {
  await using home = makeHome();
  const job = { repo: home.repo, parent: "nonsense", proposal: proposal([]), message: "m", paths: PATHS };
  await expect(commitCandidate(job)).rejects.toThrow("no commit nonsense");
});
