import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { checkProposal } from "../../../evolver/check/check.ts";
import { protocolTypes } from "../../../evolver/check/protocol-types.ts";
import { checkTypes } from "../../../evolver/check/types.ts";
import type { Proposal } from "../../../evolver/candidate.ts";
import type { Trace } from "../../../evolver/failure.ts";
import { operators } from "../../../evolver/propose/operators/index.ts";
import type { ProposeContext } from "../../../evolver/propose/proposer.ts";
import type { Finish, Harness, ModelRequest } from "../../../runtime/kernel/protocol.ts";
import type { TrajectoryEvent } from "../../../runtime/kernel/trajectory/events.ts";
import { bad, call, lastSeen, ok, play, reply, wireError } from "../../helpers/scripted-kernel.ts";
import type { Script } from "../../helpers/scripted-kernel.ts";
import {
  asked,
  called,
  clusterOf,
  failed,
  finished,
  refused,
  say,
  shown,
  threw,
  trace,
  use,
  user,
} from "../traces.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/operators");
const PATHS = { harness: "harness", prompts: "prompts", skills: "skills" };
const folders: string[] = [];
afterAll(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
});

interface Case {
  readonly operator: string;
  readonly style: string;
  readonly failure: Trace;
  /** A run that only the repaired harness gets right. */
  readonly script: () => Script;
  readonly right: (finish: Finish, requests: readonly ModelRequest[]) => boolean;
}

const chore = [use("bash", { command: "make" })];

const transient = trace(
  asked([user("go")], chore),
  called("bash", { command: "make" }, failed("503 service unavailable", "transient")),
  asked([shown("503 service unavailable", { is_error: true })], [say("I cannot do it.")], 1),
  finished("done", "I cannot do it."),
);
const passing = (): Script => {
  let tries = 0;
  return {
    replies: [reply(call("bash")), (request) => reply(`saw ${lastSeen(request)}`)],
    tools: {
      bash: () =>
        (tries += 1) < 3
          ? bad("503", { failure: { kind: "transient", retry_after_ms: 50 } })
          : ok("the figures"),
    },
  };
};
const overloaded = trace(
  refused("overloaded", "the provider is overloaded", true),
  threw("the provider is overloaded", "run (harness/main.ts:7:19)"),
);
const overloadedOnce = (): Script => {
  let tries = 0;
  return {
    replies: () => ((tries += 1) < 3 ? wireError("overloaded", "later", { retryable: true }) : reply("done")),
  };
};
const sawFigures = (_: Finish, requests: readonly ModelRequest[]): boolean =>
  lastSeen(requests.at(-1)).includes("the figures");

const hidden = (words: string): Trace =>
  trace(
    asked([user("go")], chore),
    called("bash", { command: "make" }, failed("make: no rule to make target")),
    asked([shown(words)], [say("Done.")], 1),
    finished("done", "Done."),
  );
const failing = (): Script => ({
  replies: [reply(call("bash")), (request) => reply(`saw ${lastSeen(request)}`)],
  tools: { bash: () => bad("no rule to make target") },
});
const sawError = (_: Finish, requests: readonly ModelRequest[]): boolean => {
  const text = JSON.stringify(requests.at(-1)?.messages.at(-1));
  return (
    text.includes("no rule to make target") && (text.includes('"is_error":true') || text.includes('"error:'))
  );
};

const orphan = trace(
  asked([user("go")], [use("bash", {}, "c1"), use("bash", {}, "c2")]),
  called("bash", {}, { content: "one" }, "c1"),
  refused("invalid_request", "tool_use ids were found without tool_result blocks immediately after: c2"),
  threw("tool_use ids were found without tool_result blocks", "run (harness/main.ts:7:19)"),
);
const two = (): Script => ({
  replies: [reply(call("bash", {}, "c1"), call("bash", {}, "c2")), reply("done")],
  tools: { bash: (_, { id }) => ok(`answer to ${id}`) },
});
const sawBoth = (_: Finish, requests: readonly ModelRequest[]): boolean =>
  lastSeen(requests.at(-1)).includes("answer to c1") && lastSeen(requests.at(-1)).includes("answer to c2");

const long = `${Array.from({ length: 400 }, (_, line) => `line ${line} of the log`).join("\n")}\ntotal: 42`;
const cut = (limit: number, ofLines = false): Trace => {
  const part = ofLines ? long.split("\n").slice(0, limit).join("\n") : long.slice(0, limit);
  return trace(
    asked([user("go")], chore),
    called("bash", { command: "make" }, { content: long }),
    asked([shown(part)], [say("I cannot find the total in the output.")], 1),
    finished("done", "I cannot find the total in the output."),
  );
};
const longRun = (): Script => ({
  replies: [reply(call("bash")), reply("done")],
  tools: { bash: () => ok(long) },
});
const sawTotal = (_: Finish, requests: readonly ModelRequest[]): boolean =>
  lastSeen(requests.at(-1)).includes("total: 42") && lastSeen(requests.at(-1)).length < long.length;

const exhausted = (steps: number): Trace =>
  trace(
    ...Array.from({ length: steps }, (_, step) => [
      asked([user("go")], [use("bash", { step }, `c${step}`)]),
      called("bash", { step }, { content: `${step}` }, `c${step}`),
    ]),
    finished("budget", "step limit reached"),
  );
const twenty = (): Script => ({
  replies: (_, kernel) =>
    kernel.requests.length <= 20 ? reply(call("bash", { n: kernel.requests.length })) : reply("all done"),
  tools: { bash: () => ok("ok") },
});
const reachedEnd = (finish: Finish, requests: readonly ModelRequest[]): boolean =>
  finish.status === "done" && requests.length === 21;

const silence = trace(
  asked([user("go")], chore),
  called("bash", { command: "make" }, { content: "" }),
  asked([{ role: "assistant", content: chore }, shown("(no output)")], [], 1),
  finished("done", ""),
);
const silentOnce = (): Script => {
  let silent = true;
  return {
    replies: (request, kernel) => {
      if (kernel.calls.length === 0) return reply(call("bash"));
      if (silent) return ((silent = false), reply());
      return kernel.calls.length < 2 ? reply(call("bash")) : reply(`finished after ${lastSeen(request)}`);
    },
    tools: { bash: () => ok("some output") },
  };
};
const wentOn = (finish: Finish, requests: readonly ModelRequest[]): boolean =>
  finish.status === "done" && requests.length >= 4;

const thrown = (where: string): Trace =>
  trace(asked([user("go")], chore), threw("the tool host is gone", where));
const throwing = (): Script => ({
  replies: [reply(call("bash")), reply("done")],
  tools: { bash: () => new Error("the tool host is gone") },
});
const sawException = (finish: Finish, requests: readonly ModelRequest[]): boolean =>
  finish.status === "done" && /error: the tool host is gone/.test(lastSeen(requests.at(-1)));

const misnamed = trace(
  asked([user("go")], [use("Read_File", {})]),
  called("Read_File", {}, failed("there is no tool Read_File; there are: bash, read-file", "unknown_tool")),
  asked(
    [
      { role: "assistant", content: [use("Read_File", {})] },
      shown("there is no tool Read_File", { is_error: true }),
    ],
    [say("I am stuck")],
    1,
  ),
  finished("done", "I am stuck"),
);
const misnaming = (): Script => ({
  replies: [reply(call("Read_File")), reply("done")],
  tools: { "read-file": () => ok("the figures"), bash: () => ok("") },
});

const noPrompt = trace(
  threw("Cannot read properties of undefined (reading 'trim')", "run (harness/main.ts:4:50)"),
);
const noText = trace(
  asked([user("go")], []),
  threw(
    "Cannot read properties of undefined (reading 'text')",
    "words (harness/main.ts:10:15)",
    "run (harness/main.ts:5:39)",
  ),
);
const ended = (finish: Finish): boolean => finish.status === "done";

const unanswered = trace(
  asked([user("go")], chore),
  refused("invalid_request", "tool_use ids were found without tool_result blocks immediately after: c1"),
  threw("tool_use ids were found without tool_result blocks", "run (harness/main.ts:6:19)"),
);

const CASES: readonly Case[] = [
  { operator: "retry-transient", style: "plain", failure: transient, script: passing, right: sawFigures },
  { operator: "retry-transient", style: "class", failure: transient, script: passing, right: sawFigures },
  { operator: "retry-transient", style: "model", failure: overloaded, script: overloadedOnce, right: ended },
  {
    operator: "surface-error",
    style: "ternary",
    failure: hidden("The tool did not work."),
    script: failing,
    right: sawError,
  },
  {
    operator: "surface-error",
    style: "helper",
    failure: hidden("something went wrong"),
    script: failing,
    right: sawError,
  },
  {
    operator: "surface-error",
    style: "variable",
    failure: hidden("tool call failed"),
    script: failing,
    right: sawError,
  },
  { operator: "answer-every-call", style: "find", failure: orphan, script: two, right: sawBoth },
  { operator: "answer-every-call", style: "helper", failure: orphan, script: two, right: sawBoth },
  { operator: "answer-every-call", style: "last-block", failure: orphan, script: two, right: sawBoth },
  { operator: "answer-every-call", style: "message-each", failure: orphan, script: two, right: sawBoth },
  { operator: "head-and-tail", style: "inline", failure: cut(2000), script: longRun, right: sawTotal },
  { operator: "head-and-tail", style: "helper", failure: cut(1500), script: longRun, right: sawTotal },
  { operator: "head-and-tail", style: "lines", failure: cut(40, true), script: longRun, right: sawTotal },
  { operator: "widen-limit", style: "for", failure: exhausted(12), script: twenty, right: reachedEnd },
  { operator: "widen-limit", style: "counter", failure: exhausted(10), script: twenty, right: reachedEnd },
  { operator: "nudge-silence", style: "plain", failure: silence, script: silentOnce, right: wentOn },
  { operator: "nudge-silence", style: "while-calls", failure: silence, script: silentOnce, right: wentOn },
  {
    operator: "isolate-throw",
    style: "plain",
    failure: thrown("run (harness/main.ts:10:31)"),
    script: throwing,
    right: sawException,
  },
  {
    operator: "isolate-throw",
    style: "function",
    failure: thrown("async Agent.output (harness/main.ts:33:18)"),
    script: throwing,
    right: sawException,
  },
  {
    operator: "normalise-tool-name",
    style: "plain",
    failure: misnamed,
    script: misnaming,
    right: sawFigures,
  },
  {
    operator: "normalise-tool-name",
    style: "class",
    failure: misnamed,
    script: misnaming,
    right: sawFigures,
  },
  {
    operator: "guard-undefined",
    style: "read",
    failure: noPrompt,
    script: () => ({ replies: [reply("done")] }),
    right: ended,
  },
  {
    operator: "guard-undefined",
    style: "chain",
    failure: noText,
    script: () => ({ replies: [reply()] }),
    right: ended,
  },
  { operator: "await-promise", style: "for-each", failure: unanswered, script: two, right: sawBoth },
  { operator: "await-promise", style: "floating", failure: unanswered, script: two, right: sawBoth },
];

describe.each(CASES)("$operator on $style", ({ operator, style, failure, script, right }) => {
  test("repairs the harness", async () => {
    const genome = await fixture(operator, style);
    expect(await checkTypes(byName(genome), protocolTypes())).toEqual([]);
    expect(await outcome(genome, script(), right)).toBe(false);

    const proposals = await operators({ limit: 20 }).propose(context(genome, failure));
    const best = proposals.find((proposal) => proposal.source === `operator:${operator}`);
    if (!best) throw new Error(`no proposal, only ${proposals.map(({ source }) => source).join(", ")}`);
    for (const { path, after } of best.edits) {
      await expect(after).toMatchFileSnapshot(
        join(FIXTURES, operator, style, "after", path.replace("harness/", "")),
      );
    }
    expect(await checkProposal(best, { genome, paths: PATHS, protocolTypes: protocolTypes() })).toEqual({
      ok: true,
      findings: [],
    });
    expect(await outcome(patched(genome, best), script(), right)).toBe(true);
  });
});

function context(genome: ReadonlyMap<string, string>, failure: Trace): ProposeContext {
  const signal = new AbortController().signal;
  return { cluster: clusterOf(failure), passing: [], genome, paths: PATHS, rejected: [], signal };
}

async function fixture(operator: string, style: string): Promise<Map<string, string>> {
  const folder = join(FIXTURES, operator, style, "before");
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return new Map(names.map((name, index) => [`harness/${name}`, texts[index] ?? ""]));
}

function byName(genome: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...genome].map(([path, text]) => [path.replace("harness/", ""), text]));
}

function patched(genome: ReadonlyMap<string, string>, { edits }: Proposal): Map<string, string> {
  return new Map([...genome, ...edits.map(({ path, after }) => [path, after] as const)]);
}

/** Runs the harness against the script; one that throws has failed. */
async function outcome(
  genome: ReadonlyMap<string, string>,
  script: Script,
  right: Case["right"],
): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "ratchet-operator-"));
  folders.push(folder);
  await Promise.all([...byName(genome)].map(([name, text]) => writeFile(join(folder, name), text)));
  const module: { run: Harness } = await import(pathToFileURL(join(folder, "main.ts")).href);
  try {
    const { finish, kernel } = await play(module.run, script);
    return right(finish, kernel.requests);
  } catch {
    return false;
  }
}

describe("the proposer", () => {
  test("bounds its proposals, tells them apart, and leaves out what was rejected", async () => {
    const genome = await fixture("widen-limit", "for");
    const given = context(genome, exhausted(12));
    const all = await operators({ limit: 50 }).propose(given);
    expect(all.length).toBeGreaterThan(0);
    expect(new Set(all.map(({ edits }) => JSON.stringify(edits))).size).toBe(all.length);
    expect(await operators({ limit: 1 }).propose(given)).toEqual(all.slice(0, 1));
    const rejected = all.slice(0, 1).map((proposal) => ({ proposal, why: "no gain" }));
    expect(await operators({ limit: 50 }).propose({ ...given, rejected })).toEqual(all.slice(1));
  });

  test("says nothing without evidence that an operator could use", async () => {
    const genome = await fixture("widen-limit", "for");
    const failure = trace(
      {
        kind: "model_called",
        step: 1,
        request: { hash: "h", system: "Be brief.", shared: 0, messages: [user("go")] },
        reply: { content: [say("I do not know how to do this")], stop_reason: "end_turn", model: "scripted" },
        ms: 1,
      },
      finished("gave_up", ""),
    );
    expect(await operators().propose(context(genome, failure))).toEqual([]);
  });

  test("follows coverage: what failing runs never executed comes last", async () => {
    const genome = await fixture("widen-limit", "for");
    const other = "export function other(text: string): boolean {\n  return text.length > 12;\n}\n";
    const both = new Map([["harness/another.ts", other], ...genome]);
    const covered: TrajectoryEvent = {
      kind: "harness_exited",
      exit: "code 0",
      stderr: "",
      coverage: { "harness/main.ts": [3, 7, 8, 9] },
    };
    const failure = exhausted(12);
    const proposals = await operators().propose(
      context(both, { ...failure, events: [...failure.events, covered] }),
    );
    expect(proposals[0]?.edits[0]?.path).toBe("harness/main.ts");
  });

  test("makes only sound patches of the harness that ships", async () => {
    const folder = join(import.meta.dirname, "../../../runtime/genome/harness");
    const names = (await readdir(folder)).filter((name) => name.endsWith(".ts"));
    const genome = new Map<string, string>();
    for (const name of names) genome.set(`harness/${name}`, await readFile(join(folder, name), "utf8"));
    for (const failure of [transient, hidden("oops"), cut(2000), exhausted(12), silence, misnamed]) {
      for (const proposal of await operators({ limit: 2 }).propose(context(genome, failure))) {
        const result = await checkProposal(proposal, {
          genome,
          paths: PATHS,
          protocolTypes: protocolTypes(),
        });
        expect({ title: proposal.title, ...result }).toEqual({
          title: proposal.title,
          ok: true,
          findings: [],
        });
      }
    }
  });

  test("makes patches that stack on one another", async () => {
    let genome = await fixture("retry-transient", "plain");
    const script: Script = {
      replies: (_, kernel) => {
        if (kernel.requests.length === 1) return reply(call("Bash", {}, "c1"), call("bash", {}, "c2"));
        if (kernel.requests.length === 2) return wireError("overloaded", "later", { retryable: true });
        return kernel.requests.length === 3 ? reply() : reply("done");
      },
      tools: {
        bash: (_, { id }, kernel) => {
          if (id === "c2") return new Error("the tool host is gone");
          return kernel.calls.length === 1
            ? bad("503", { failure: { kind: "transient" } })
            : ok("answer to c1");
        },
      },
    };
    const both = (_: Finish, requests: readonly ModelRequest[]): boolean =>
      /answer to c1[^]*error: the tool host is gone[^]*Take the next step/.test(lastSeen(requests.at(-1)));
    const failures = [
      orphan,
      transient,
      overloaded,
      silence,
      misnamed,
      thrown("run (harness/main.ts:10:31)"),
    ];
    for (const failure of failures) {
      expect(await outcome(genome, script, both)).toBe(false);
      const [best] = await operators().propose(context(genome, failure));
      if (!best) throw new Error(`no proposal for ${clusterOf(failure).title}`);
      const { findings } = await checkProposal(best, {
        genome,
        paths: PATHS,
        protocolTypes: protocolTypes(),
      });
      expect(findings).toEqual([]);
      genome = patched(genome, best);
    }
    expect(await outcome(genome, script, both)).toBe(true);
  });
});
