import { expect, test } from "vitest";
import { healthProbe } from "../../../replay/release/probe.ts";
import { createProcedureModel } from "../../../runtime/kernel/model/procedure/model.ts";
import type { Model } from "../../../runtime/kernel/model/model.ts";
import { makeRuntime } from "../../helpers/runtime.ts";

const harness = (body: string) => ({
  harness: {
    "main.ts": `import type { Harness } from "ratchet-agent/protocol";\nexport const run: Harness = async (kernel) => {\n${body}\n};\n`,
  },
});
const never = new AbortController().signal;

test("a release that lives through the smoke tasks is healthy, and the probe says what it saw", async () => {
  await using kit = await makeRuntime();
  expect(await healthProbe(kit.runtime, never)(kit.genome.sha)).toEqual({
    kind: "healthy",
    found: "ended 3 of 3 smoke tasks by itself, 2 of 2 answers right",
  });
  const runs = await kit.runtime.store.listRuns({ purpose: "trial", release: kit.genome.sha });
  expect(runs.map(({ task }) => task).toSorted()).toEqual(["smoke/greeting", "smoke/pick", "smoke/total"]);
});

test("a harness that does not start, throws, breaks the protocol, never ends or does nothing right is unhealthy", async () => {
  await using kit = await makeRuntime();
  const found = async (body: string) => {
    const { sha } = await kit.release(harness(body));
    const health = await healthProbe(kit.runtime, never)(sha);
    return `${health.kind}: ${health.found}`;
  };
  expect(await found("return {;")).toMatch(/^unhealthy: smoke\/greeting ended as crashed: .*does not start/);
  expect(await found('throw new Error("no idea");')).toMatch(/^unhealthy: .*ended as error: .*no idea/);
  expect(await found("return 7 as never;")).toMatch(/^unhealthy: smoke\/greeting ended as (?:crashed|error)/);
  const ask = 'await kernel.model.create({ messages: [{ role: "user", content: "again" }], tools: [] });';
  expect(await found(`for (;;) ${ask}`)).toMatch(/^unhealthy: .*ended as budget/);
  expect(await found('return { status: "done", summary: "" };')).toBe(
    "unhealthy: ended 3 of 3 smoke tasks by itself, 0 of 2 answers right, and the present release has 2 right",
  );
});

test("where the present release has no better answers, wrong ones are no illness", async () => {
  const weak = harness('return { status: "gave_up", summary: "no idea" };');
  await using kit = await makeRuntime();
  const { sha } = await kit.release(weak);
  // The present release is the home's HEAD; here it is as weak as the candidate.
  const { git } = await import("../../../runtime/kernel/git.ts");
  await git(kit.runtime.home.dir).run(["update-ref", "refs/ratchet/release", sha]);
  expect(await healthProbe(kit.runtime, never)(sha)).toMatchObject({ kind: "healthy" });
});

test("a model with a price is never asked for more than the probe may spend", async () => {
  const priced: Model = {
    ...createProcedureModel(),
    price: { input: 1e9, output: 1e9, cacheRead: 0, cacheWrite: 0 },
  };
  await using kit = await makeRuntime({ model: priced });
  const health = await healthProbe(kit.runtime, never)(kit.genome.sha);
  expect(health).toMatchObject({ kind: "unhealthy", found: expect.stringContaining("usd budget") });
});

test("a probe that is stopped decides nothing", async () => {
  await using kit = await makeRuntime();
  await expect(
    healthProbe(kit.runtime, AbortSignal.abort(new Error("stopped")))(kit.genome.sha),
  ).rejects.toThrow("stopped");
});
