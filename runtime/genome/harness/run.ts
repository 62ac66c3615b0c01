/** All the state of one run, in one place. */
import type { Kernel } from "ratchet-agent/protocol";
import { type Budget, newBudget } from "./budget.ts";
import { type Context, newContext } from "./context.ts";
import { chooseLessons, type Lessons } from "./lessons.ts";
import { loadSkills, type Skills } from "./skills.ts";
import { newStagnation, type Stagnation } from "./stagnation.ts";

export interface Run {
  readonly kernel: Kernel;
  readonly context: Context;
  readonly lessons: Lessons;
  readonly skills: Skills;
  readonly budget: Budget;
  readonly stagnation: Stagnation;
  /** Nudges since the last progress. */
  nudges: number;
  /** What the model said last: the summary of a run that has to stop early. */
  said: string;
}

/** Starts a run: the instruction becomes the first message, the lessons and skills that fit it are loaded. */
export async function begin(kernel: Kernel): Promise<Run> {
  return {
    kernel,
    context: newContext(kernel.hello.instruction),
    lessons: await chooseLessons(kernel),
    skills: await loadSkills(kernel),
    budget: newBudget(kernel.hello.limits.steps),
    stagnation: newStagnation(),
    nudges: 0,
    said: "",
  };
}
