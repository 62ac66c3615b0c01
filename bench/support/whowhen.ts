/** Who&When, algorithm-generated: failed runs of several agents, each labelled with the decisive step and its agent. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Trace } from "../../evolver/failure.ts";

const Row = z.object({
  id: z.string(),
  question: z.string(),
  steps: z.array(z.object({ agent: z.string(), content: z.string() })).min(1),
  label: z.object({ agent: z.string(), step: z.number().int().nonnegative() }),
});

export interface Labelled {
  readonly trace: Trace;
  /** Authors of the steps. */
  readonly authors: readonly string[];
  readonly agent: string;
  readonly step: number;
}

/** @throws when the file is not there, or a row is not what it should be */
export async function readWhoWhen(folder: string): Promise<Labelled[]> {
  const text = await readFile(join(folder, "whowhen_alggen.jsonl"), "utf8");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => labelled(Row.parse(JSON.parse(line))));
}

function labelled({ id, question, steps, label }: z.infer<typeof Row>): Labelled {
  const events: Trace["events"] = steps.map(({ agent, content }, step) => ({
    kind: "model_called",
    step,
    request: { hash: "", shared: 0, messages: [] },
    reply: { content: [{ type: "text", text: content }], stop_reason: "end_turn", model: "" },
    source: { step, agent },
    ms: 0,
  }));
  const run: Trace["run"] = {
    id,
    startedAt: "",
    endedAt: null,
    status: "done",
    purpose: "live",
    task: null,
    instruction: question,
    release: "",
    model: "",
    workspace: "",
    snapshot: null,
    outcome: { kind: "verified", pass: false },
    steps: steps.length,
    inputTokens: 0,
    outputTokens: 0,
    costUsd: null,
    pid: 0,
  };
  return { trace: { run, events }, authors: steps.map(({ agent }) => agent), ...label };
}
