/** The core loop: until something ends the run, listen to the person, ask the model, do what it asks for. */
import type { Finish, ModelReply, ToolUseBlock } from "ratchet-agent/protocol";
import { compactIfFull } from "./compaction.ts";
import { addReply, addResults, addSkill, addText } from "./context.ts";
import { dispatch, type Outcome } from "./dispatch.ts";
import { lessonsFor } from "./lessons.ts";
import { note } from "./note.ts";
import { promptText } from "./prompts.ts";
import { ask } from "./recovery.ts";
import type { Run } from "./run.ts";
import { findSkillFor } from "./skills.ts";
import { fingerprint, forget, observe } from "./stagnation.ts";
import { claimsCompletion, endWith, finished, nextMove } from "./stop.ts";

/** Empty, cut or paused replies in a row that are answered with a nudge; the next one ends the run. */
const MAX_NUDGES = 3;

const EMPTY = "Your last reply was empty. Take the next step, or say that the task is done.";
const CUT =
  "Your last reply was cut off at the output limit and none of its tool calls was run. Go on in smaller pieces.";
const PAUSED = "Go on.";
const LESSONS_INTRO = "Lessons from earlier runs that may help:";
const STUCK =
  "You are repeating the same calls and getting the same results. Repeating them will not help: try another way, or stop and say what is missing.";

export async function loop(run: Run): Promise<Finish> {
  for (;;) {
    const end = listen(run) ?? (await step(run));
    if (end) return end;
  }
}

/** An abort ends the run before queued steering is taken: nobody would act on it. */
function listen(run: Run): Finish | undefined {
  if (run.kernel.aborted) return endWith(run, "aborted", "the run was stopped");
  takeSteering(run);
  return undefined;
}

async function step(run: Run): Promise<Finish | undefined> {
  await compactIfFull(run);
  const answer = await ask(run);
  if (answer.kind === "ended") return answer.finish;

  const move = nextMove(answer.reply);
  run.said = move.text || run.said;
  switch (move.kind) {
    case "act":
      return act(run, answer.reply);
    case "done":
      addReply(run.context, answer.reply.content);
      // What the person asked for meanwhile is open work.
      return !run.kernel.aborted && takeSteering(run) ? undefined : finished(move.text);
    case "empty":
      return nudge(run, "empty", promptText(run.kernel, "nudge", EMPTY));
    case "cut":
      addReply(run.context, withoutCalls(answer.reply));
      return nudge(run, "cut", CUT);
    case "paused":
      addReply(run.context, answer.reply.content);
      return nudge(run, "paused", PAUSED);
    case "refused":
      return endWith(run, "gave_up", "the model refused to go on");
  }
}

async function act(run: Run, reply: ModelReply): Promise<Finish | undefined> {
  const calls = addReply(run.context, reply.content);
  const outcomes = await dispatch(run.kernel, calls);
  addResults(run.context, outcomes);
  run.nudges = 0;
  if (run.kernel.aborted) return undefined;

  if (outcomes.some((outcome) => outcome.outOfBudget))
    return endWith(run, "budget", "a budget of the run is spent");
  if (claimsCompletion(outcomes)) return finished(run.said);
  await offerHelp(run, outcomes);
  return breakLoop(run, calls, outcomes);
}

/** A skill and lessons that are about the error just seen are put before the model, once. */
async function offerHelp(run: Run, outcomes: readonly Outcome[]): Promise<void> {
  const errors = outcomes.filter((outcome) => outcome.isError).map((outcome) => outcome.text);
  const skill = await findSkillFor(run.kernel, run.skills, errors);
  if (skill) addSkill(run.context, skill);
  const lessons = await lessonsFor(run.kernel, run.lessons, errors);
  if (lessons !== "") addText(run.context, "nudge", `${LESSONS_INTRO}\n\n${lessons}`);
}

async function breakLoop(
  run: Run,
  calls: readonly ToolUseBlock[],
  outcomes: readonly Outcome[],
): Promise<Finish | undefined> {
  const state = observe(run.stagnation, fingerprint(calls, outcomes));
  if (state === "moving") return undefined;
  await note(run.kernel, "stagnation", { state, calls: calls.map((call) => call.name) });
  if (state === "stuck") return endWith(run, "gave_up", "the same calls were repeated with the same results");
  addText(run.context, "nudge", STUCK);
  return undefined;
}

async function nudge(run: Run, cause: string, text: string): Promise<Finish | undefined> {
  if (run.nudges >= MAX_NUDGES) return endWith(run, "gave_up", `the model's replies stayed ${cause}`);
  run.nudges += 1;
  await note(run.kernel, "nudge", { cause, nudges: run.nudges });
  addText(run.context, "nudge", text);
  return undefined;
}

/** Hands queued instructions of the person to the model. @returns whether there were any */
function takeSteering(run: Run): boolean {
  const texts = run.kernel.takeSteering().filter((text) => text.trim() !== "");
  for (const text of texts) addText(run.context, "steer", text);
  if (texts.length === 0) return false;
  forget(run.stagnation);
  run.nudges = 0;
  return true;
}

/** A cut reply keeps its text only: its calls may lack arguments, its thinking may lack the signature. */
function withoutCalls(reply: ModelReply): ModelReply["content"] {
  return reply.content.filter((block) => block.type === "text");
}
