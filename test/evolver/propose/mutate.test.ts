import { describe, expect, test } from "vitest";
import { checkTypes } from "../../../evolver/check/types.ts";
import { protocolTypes } from "../../../evolver/check/protocol-types.ts";
import { MUTATIONS } from "../../../evolver/propose/operators/mutations/index.ts";
import { operators } from "../../../evolver/propose/operators/index.ts";
import type { Mutation } from "../../../evolver/propose/operators/mutation.ts";
import { normalForms } from "../../../evolver/propose/operators/normal-form.ts";
import { ProposerFailed, type ProposeContext } from "../../../evolver/propose/proposer.ts";
import { loadTypeScript, parse } from "../../../guardrails/syntax.ts";
import type { TrajectoryEvent } from "../../../runtime/kernel/trajectory/events.ts";
import { asked, clusterOf, finished, say, trace, user } from "../traces.ts";

const PATHS = { harness: "harness", prompts: "prompts", skills: "skills" };
const STOP = `import type { ModelReply } from "ratchet-agent/protocol";

export function isPaused(reply: ModelReply, silent: boolean): boolean {
  const text = reply.model;
  return reply.stop_reason === "end_turn" && text !== "";
}
`;
const MAIN = `import type { Harness } from "ratchet-agent/protocol";
import { isPaused } from "./stop.ts";

export const run: Harness = async (kernel) => {
  const reply = await kernel.model.create({ messages: [{ role: "user", content: "go" }] });
  return { status: isPaused(reply, kernel.aborted) ? "gave_up" : "done", summary: "" };
};
`;
const GENOME = new Map([
  ["harness/main.ts", MAIN],
  ["harness/stop.ts", STOP],
]);

/** A mutation that gives just these texts in place of `"end_turn"`. */
function saying(...texts: readonly string[]): Mutation {
  return {
    name: "say",
    weight: 1,
    rationale: "A test.",
    changes: (node, { ts, source }) =>
      ts.isStringLiteral(node) && node.text === "end_turn"
        ? texts.map((text) => ({
            title: text,
            splices: [{ start: node.getStart(source.ast), end: node.end, text }],
            fit: 1,
          }))
        : [],
  };
}

function context(given: Partial<ProposeContext> = {}): ProposeContext {
  const failure = trace(asked([user("go")], [say("hm")]), finished("done", "hm"));
  const { signal } = new AbortController();
  return {
    cluster: clusterOf(failure),
    passing: [],
    genome: GENOME,
    paths: PATHS,
    rejected: [],
    signal,
    ...given,
  };
}

describe("mutations", () => {
  test("only what is new and fits the types is proposed", async () => {
    const texts = [
      '"end_turn"',
      '("pause_turn")',
      '/* no */ "pause_turn"',
      '"nonsense"',
      "7",
      '"refusal"',
      '"x" +',
    ];
    const proposer = operators({ limit: 50, templates: [], mutations: [saying(...texts)] });
    const made = await proposer.propose(context());
    expect(made.map(({ title }) => title)).toEqual(['("pause_turn")', '"refusal"']);
    const rejected = made.slice(0, 1).map((proposal) => ({ proposal, why: "no gain" }));
    expect((await proposer.propose(context({ rejected }))).map(({ title }) => title)).toEqual(['"refusal"']);
  });

  test("go where the failing runs went, and leave the rest of the file as it is", async () => {
    const ran = (...lines: readonly number[]): TrajectoryEvent => ({
      kind: "harness_exited",
      exit: "code 0",
      stderr: "",
      coverage: { "harness/stop.ts": [...lines] },
    });
    const failure = trace(asked([user("go")], [say("hm")]), finished("done", "hm"), ran(3, 4, 5, 6));
    const passed = trace(asked([user("go")], [say("hm")]), finished("done", "ok"), ran(3, 4, 6));
    const made = await operators({ limit: 60, templates: [], mutations: MUTATIONS }).propose(
      context({ cluster: clusterOf(failure), passing: [passed] }),
    );
    expect(made.length).toBeGreaterThan(30);
    const places = made.flatMap(({ edits }) => edits.map(({ path }) => path));
    expect(new Set(places)).toEqual(new Set(["harness/stop.ts"]));
    // Both ends of the file are the same: what changed lies in the function.
    expect(made.every(({ edits: [edit] }) => edit?.after.startsWith(STOP.slice(0, 60)) === true)).toBe(true);
    const [first] = made;
    const line =
      STOP.split("\n").findIndex((text, index) => first?.edits[0]?.after.split("\n")[index] !== text) + 1;
    expect(line).toBe(5);
    expect(made.map(({ edits }) => edits[0]?.after).some((text) => text?.includes('"pause_turn"'))).toBe(
      true,
    );
    // No operator crowds out the others.
    expect(new Set(made.slice(0, 20).map(({ source }) => source)).size).toBeGreaterThan(6);
  });

  test("the compiler that decides agrees with the one that sifts", async () => {
    const made = await operators({ limit: 12, templates: [], mutations: MUTATIONS }).propose(context());
    for (const { edits } of made) {
      const files = new Map([...GENOME, ...edits.map(({ path, after }) => [path, after] as const)]);
      const named = new Map([...files].map(([path, text]) => [path.replace("harness/", ""), text]));
      expect(await checkTypes(named, protocolTypes())).toEqual([]);
    }
  });
});

test("code that differs in layout, brackets and order of equal sides has one form", async () => {
  const ts = await loadTypeScript();
  const formsOf = normalForms(ts);
  const form = (text: string): string => formsOf(parse(ts, "a.ts", text)).join("\n");
  expect(form("if (a === b) { f(1_000); }")).toBe(form("if ((b) === a)\n  f(1000) // now"));
  expect(form("const a = 1;")).not.toBe(form("let a = 1;"));
  expect(form("a - b;")).not.toBe(form("b - a;"));
  expect(form("f(-a);")).not.toBe(form("f(!a);"));
});

describe("a harness that is too much", () => {
  test("is worked on for the time that there is, and one place at least", async () => {
    const seen: string[] = [];
    const counting: Mutation = {
      ...saying('"pause_turn"'),
      changes(node, site) {
        seen.push(node.getText(site.source.ast));
        return saying('"pause_turn"').changes(node, site);
      },
    };
    const ask = { mutations: [counting], templates: [] };
    const [whole] = await operators(ask).propose(context());
    const all = seen.splice(0).length;
    expect(whole?.title).toBe('"pause_turn"');
    await operators({ ...ask, seconds: 0 }).propose(context());
    expect(all).toBeGreaterThan(20);
    expect(seen).toHaveLength(1);
  });

  test("has no proposals, and the reason, when it is nested too deeply", async () => {
    const deep = `export const deep = ${"(".repeat(15_000)}1${")".repeat(15_000)};\n`;
    const genome = new Map([...GENOME, ["harness/deep.ts", deep]]);
    const asked = operators({ mutations: [saying('"pause_turn"')] }).propose(context({ genome }));
    await expect(asked).rejects.toThrow(ProposerFailed);
    await expect(asked).rejects.toThrow("nested too deeply");
  });
});
