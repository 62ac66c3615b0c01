import { describe, expect, test } from "vitest";
import { commitCandidate } from "../../../evolver/commit.ts";
import { rejectPatch } from "../../../evolver/patches/reject.ts";
import { saveCandidate } from "../../../evolver/patches/saved.ts";
import { publish } from "../../../evolver/publish/publish.ts";
import { currentRelease } from "../../../replay/release/release.ts";
import { promote } from "../../../replay/release/promote.ts";
import { rollback } from "../../../replay/release/rollback.ts";
import { materialize } from "../../../runtime/kernel/genome.ts";
import { candidateOf, edit, fingerprint, makeHome, PATHS, proposal, type Home } from "../../helpers/home.ts";

/** States in which a user may have left the checkout. */
const STATES: Record<string, (home: Home) => void> = {
  "a clean checkout": () => undefined,
  "uncommitted changes, also to the files that evolve": (home) => {
    home.write("prompts/system.md", "half a thought");
    home.write("harness/loop.ts", "broken(");
  },
  "staged and half staged changes": (home) => {
    home.write("prompts/system.md", "staged");
    home.git("add", "prompts/system.md");
    home.write("prompts/system.md", "staged and changed again");
    home.git("rm", "-q", "--cached", "harness/loop.ts");
  },
  "untracked and ignored files": (home) => {
    home.write("notes.txt", "mine");
    home.write("skills/new/SKILL.md", "mine too");
    home.write(".git/info/exclude", "secret.txt\n");
    home.write("secret.txt", "ignored");
  },
  "a detached HEAD": (home) => void home.git("checkout", "-q", "--detach"),
  "another branch with other content": (home) => {
    home.git("checkout", "-q", "-b", "mine");
    home.write("agent.yaml", "version: 1 # mine\n");
    home.commit("Mine");
  },
  "a merge that is not finished": (home) => {
    home.git("checkout", "-q", "-b", "side");
    home.write("prompts/system.md", "side\n");
    home.commit("Side");
    home.git("checkout", "-q", "main");
    home.write("prompts/system.md", "main\n");
    home.commit("Main");
    expect(() => home.git("merge", "side")).toThrow("git merge side");
  },
  "an index that somebody has locked": (home) => {
    home.write("prompts/system.md", "half a thought");
    home.write(".git/index.lock", "");
  },
  "a branch without a commit": (home) => {
    home.git("update-ref", "refs/ratchet/release", "HEAD");
    home.git("checkout", "-q", "--orphan", "empty");
  },
  "a submodule with changes, and a linked worktree": (home) => {
    home.git("worktree", "add", "-q", "-b", "linked", ".agent/linked");
    const add = ["-c", "protocol.file.allow=always", "submodule", "add", "-q", home.repo, "sub"];
    home.git(...add);
    home.commit("With a submodule");
    home.write("sub/prompts/system.md", "changed inside");
  },
  "a stash": (home) => {
    home.write("agent.yaml", "stashed");
    home.git("stash", "-q");
  },
};

describe("from candidate to rollback, the user's checkout stays byte for byte what it was", () => {
  test.each(Object.keys(STATES))("%s", async (state) => {
    await using home = makeHome();
    STATES[state]?.(home);
    const before = fingerprint(home);
    const { repo, store } = home;
    const steps: string[] = [];
    const unchanged = (step: string) => {
      steps.push(step);
      expect({ step, fingerprint: fingerprint(home) }).toEqual({ step, fingerprint: before });
    };

    const parent = (await currentRelease(repo)).commit;
    const text = home.git("show", `${parent}:prompts/system.md`);
    const patch = proposal([edit("prompts/system.md", `${text}Count.\n`, text)]);
    const commit = await commitCandidate({ repo, parent, proposal: patch, message: "Draft", paths: PATHS });
    unchanged("commit");

    await materialize({ repo, sha: commit, paths: PATHS, into: `${repo}/.agent/releases` });
    unchanged("materialize");

    const candidate = candidateOf(commit, parent, { proposal: patch });
    const now = new Date("2026-11-21T10:00:00Z");
    const published = await publish({ repo, candidate, message: "Count\n", now });
    if (published.kind !== "branch") throw new Error("not published");
    await saveCandidate(store, { ...candidate, branch: published.branch });
    unchanged("publish");

    const other = proposal([edit("prompts/system.md", "Worse.\n", text)]);
    const worse = await commitCandidate({ repo, parent, proposal: other, message: "Draft", paths: PATHS });
    const turnedDown = candidateOf(worse, parent, { proposal: other, verdict: "reject" });
    await publish({ repo, candidate: turnedDown, message: "", now });
    await saveCandidate(store, turnedDown);
    await rejectPatch({ repo, store, id: turnedDown.id, reason: "worse" });
    unchanged("reject");

    const what = { candidate: { ...candidate, branch: published.branch } };
    await promote({ repo, store, what, reason: "good" });
    unchanged("promote");

    await rollback({ repo, store, what: { patch: candidate.id }, paths: PATHS, reason: "not so good" });
    unchanged("roll back a patch");
    await rollback({ repo, store, what: { to: published.commit }, paths: PATHS, reason: "good after all" });
    unchanged("return to a release");

    const release = (await currentRelease(repo)).commit;
    expect(home.git("show", `${release}:prompts/system.md`)).toBe(`${text}Count.\n`);
    expect(steps).toHaveLength(7);
  });

  test("the fingerprint notices a change to a file, the index, HEAD, a branch and the configuration", async () => {
    await using home = makeHome();
    const seen = [fingerprint(home)];
    home.write("notes.txt", "x");
    seen.push(fingerprint(home));
    home.git("add", "notes.txt");
    seen.push(fingerprint(home));
    home.git("checkout", "-q", "--detach");
    seen.push(fingerprint(home));
    home.git("branch", "new");
    seen.push(fingerprint(home));
    home.git("config", "x.y", "z");
    seen.push(fingerprint(home));
    expect(new Set(seen).size).toBe(seen.length);
  });
});
