/** What proposers learn from people, and what of it is kept from them. */
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCorrections } from "../../../evolver/knowledge/corrections.ts";
import { readHistory } from "../../../evolver/knowledge/history.ts";
import { GitFailed } from "../../../runtime/kernel/git.ts";
import { harness, makeRuntime, type Kit } from "../../helpers/runtime.ts";

const NOTHING = harness('return { status: "done", summary: "" };');

let kit: Kit;
beforeAll(async () => {
  kit = await makeRuntime({ harness: NOTHING });
});
afterAll(() => kit[Symbol.asyncDispose]());

test("feedback on a run of a suite's task stays unknown: the task may be held out", async () => {
  const task = {
    ...(await kit.task("instruction: Secret\nverify:\n  - { file: a, equals: a }", { "verify/a": "" })),
    id: "chores/held-out",
  };
  const said = (why: string) => [{ kind: "feedback_given", verdict: "bad", why }] as const;
  const ofTask = await kit.run({ task });
  await kit.runtime.store.append(ofTask.id, said("It must be 42."));
  const own = await kit.run({ instruction: "Mine" });
  await kit.runtime.store.append(own.id, said("Be brief."));
  expect(await readCorrections(kit.runtime.store)).toMatchObject([{ run: own.id, words: "Be brief." }]);
});

test("only the latest verdict of a run counts", async () => {
  const { store } = kit.runtime;
  const say = (run: string, verdict: "good" | "bad", why: string) =>
    store.append(run, [{ kind: "feedback_given", verdict, why }]);
  const [withdrawn, changed] = [await kit.run({ instruction: "One" }), await kit.run({ instruction: "Two" })];
  await say(withdrawn.id, "bad", "Too long.");
  await say(withdrawn.id, "good", "");
  await say(changed.id, "bad", "Too long.");
  await say(changed.id, "bad", "Too short.");
  const words = (await readCorrections(store)).filter(({ run }) => [withdrawn.id, changed.id].includes(run));
  expect(words).toMatchObject([{ run: changed.id, words: "Too short." }]);
});

test("a release that is gone is left out; one that git cannot read is no proof that its failures ended", async () => {
  const { home, store } = kit.runtime;
  const genome = await kit.release({ harness: { ...NOTHING, "other.ts": "export {};\n" } });
  const run = await kit.run({ genome });
  await store.setOutcome(run.id, { kind: "feedback", pass: false });
  const history = () =>
    readHistory({ repo: home.dir, paths: home.config.genome, store, release: kit.genome.sha });
  const object = join(home.dir, ".git", "objects", genome.sha.slice(0, 2), genome.sha.slice(2));
  chmodSync(object, 0o600);
  writeFileSync(object, "broken");
  await expect(history()).rejects.toBeInstanceOf(GitFailed);
  rmSync(object);
  await expect(history()).resolves.toHaveLength(1);
});
