/** The four trials of one agent on the fifty airline tasks of tau-bench. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const FILE = "taubench_airline_gpt4o.jsonl";
const Trial = z.object({
  task_id: z.number().int().nonnegative(),
  trial: z.number().int().nonnegative(),
  success: z.boolean(),
});

/**
 * @returns passes[trial][task]
 * @throws when the file is not there, has another form, or lacks a trial
 */
export async function readTaubench(folder: string): Promise<boolean[][]> {
  const lines = (await readFile(join(folder, FILE), "utf8")).split("\n").filter((line) => line !== "");
  const passes: boolean[][] = [];
  for (const line of lines) {
    const { task_id: task, trial, success } = Trial.parse(JSON.parse(line));
    (passes[trial] ??= [])[task] = success;
  }
  const tasks = passes[0]?.length ?? 0;
  const whole = passes.every(
    (trial) => Array.from(trial).filter((pass) => pass !== undefined).length === tasks,
  );
  if (tasks === 0 || !whole) throw new Error(`${FILE}: some task lacks a trial`);
  return passes;
}
