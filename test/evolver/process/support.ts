/** What the tests of the proposers' process share: a question, and the process itself. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { probeTier } from "../../../guardrails/sandbox/probe.ts";
import type { Sandbox } from "../../../guardrails/sandbox/sandbox.ts";
import type { ProposeContext } from "../../../evolver/propose/proposer.ts";
import { asked, called, clusterOf, failed, finished, say, shown, trace, use, user } from "../traces.ts";

/** Every tier of this machine that confines. */
export { tiers } from "../../guardrails/sandbox/tiers.ts";

/** No confinement: what it lets through shows that an attempt is real. */
export async function unconfined(): Promise<Sandbox> {
  const { sandbox } = await probeTier("none");
  if (sandbox === undefined) throw new Error("there is always the tier none");
  return sandbox;
}

const MAIN = join(import.meta.dirname, "../../fixtures/operators/retry-transient/plain/before/main.ts");
const SKILL = "---\nname: report\ndescription: Reports.\n---\n\n# Report\n\n## Steps\n\n1. Do it.\n";
const ERROR = "503 service unavailable";

const CORRECTION = {
  run: "earlier",
  at: "2026-11-20T10:00:00.000Z",
  release: "0".repeat(40),
  skills: [],
  words: `When you see \`${ERROR}\`, run \`wake-service\`, then repeat the step.`,
  kind: "feedback",
} as const;

/** Operators and distillation both have something to say to it. `extra` are files that only the test's own entries read. */
export function question(extra: Readonly<Record<string, string>> = {}): ProposeContext {
  const command = "make";
  const failing = trace(
    asked([user("go")], [use("bash", { command })]),
    called("bash", { command }, failed(ERROR, "transient")),
    asked([shown(ERROR, { is_error: true })], [say("I cannot do it.")], 1),
    finished("done", "I cannot do it."),
  );
  const passing = trace(
    asked([user("go")], [use("bash", { command })]),
    called("bash", { command }, failed(ERROR, "transient")),
    called("bash", { command: "restart-service" }, { content: "ok" }, "c2"),
    called("bash", { command }, { content: "done" }, "c3"),
  );
  return {
    cluster: clusterOf(failing),
    passing: [passing],
    genome: new Map([
      ["harness/main.ts", readFileSync(MAIN, "utf8")],
      ["prompts/lessons.md", "# Lessons\n"],
      ["skills/report/SKILL.md", SKILL],
      ...Object.entries(extra),
    ]),
    paths: { harness: "harness", prompts: "prompts", skills: "skills" },
    rejected: [],
    knowledge: { corrections: [{ ...CORRECTION, instruction: failing.run.instruction }], history: [] },
    signal: new AbortController().signal,
  };
}
