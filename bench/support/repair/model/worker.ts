/** How the scripted model works: the first step of its plan that it cannot see done is next. Pure over the view. */
import type { Action, Facts, Plan, Step, Thought } from "./plan.ts";
import { isSameCall, spell, type SeenCall, type View } from "./view.ts";

const DONE = "All of it is done and checked.";
const TOLD_TO_STOP = /repeating the same calls/;
const FAILURES = 2;

export function think(plan: Plan, view: View): Thought {
  if (view.transcript !== undefined) return { text: notesOf(plan, view.transcript) };
  const facts = factsOf(plan, view);
  if (view.own.includes(DONE)) return again(plan, view, facts);
  for (const step of plan.steps) {
    if (isDone(plan, step, view, facts)) continue;
    const odd = step.instead?.(view, facts);
    if (odd !== undefined) return odd;
    // It is not in a circle, but does as it is told.
    if (plan.calm !== true && isToldToStop(plan, view)) return giveUp("I was told that I repeat myself");
    return next(plan, step, view, facts);
  }
  return { text: DONE };
}

/** It asked for that itself when it has a step at which it waits for the word. */
function isToldToStop({ steps }: Plan, view: View): boolean {
  return (
    view.last.some((text) => TOLD_TO_STOP.test(text)) && steps.every(({ instead }) => instead === undefined)
  );
}

function again(plan: Plan, view: View, facts: Facts): Thought {
  if (plan.afterDone === undefined) return { text: DONE };
  const action = filled(plan.afterDone, facts);
  return callsOf(view, action).length > 0 ? { text: DONE } : { actions: [action] };
}

function next(plan: Plan, step: Step, view: View, facts: Facts): Thought {
  const unknown = step.uses?.find((name) => facts[name] === undefined);
  if (unknown !== undefined) return relearn(plan, unknown, view, facts);
  return act(plan, step, view, facts);
}

/** What is no longer to be seen is looked up again, unless looking did not help before. */
function relearn(plan: Plan, fact: string, view: View, facts: Facts): Thought {
  const source = plan.steps.find(({ learn }) => learn?.[fact] !== undefined);
  if (source === undefined) return giveUp(`nobody told me the ${fact}`);
  const looks = source.actions.map((action) => callsOf(view, filled(action, facts)).length);
  if (Math.max(...looks) >= FAILURES) return giveUp(`the ${fact} is not to be seen`);
  return act(plan, { ...source, times: Infinity }, view, facts);
}

function act(plan: Plan, step: Step, view: View, facts: Facts): Thought {
  const open = step.actions
    .map((action) => filled(action, facts))
    .filter((action) => !isAnswered(plan, step, view, action));
  const hidden = open.find(({ tool }) => !view.tools.has(tool));
  if (hidden !== undefined) return giveUp(`there is no tool ${hidden.tool}`);
  const failed = open.find((action) => failures(plan, view, action) >= (step.tries ?? FAILURES));
  if (failed !== undefined) return giveUp(`${failed.tool} fails`);
  const tools = open.map(({ tool }) => tool).join(" and ");
  return { ...(plan.mute === true ? {} : { text: `Next comes ${tools}.` }), actions: open };
}

function giveUp(why: string): Thought {
  return { text: `I give up: ${why}.` };
}

function isDone(plan: Plan, step: Step, view: View, facts: Facts): boolean {
  if (step.uses?.some((name) => facts[name] === undefined) === true) return false;
  const learned = Object.keys(step.learn ?? {});
  if (learned.length > 0 && learned.every((name) => facts[name] !== undefined)) return true;
  return step.actions.every((action) => isAnswered(plan, step, view, filled(action, facts)));
}

function isAnswered(plan: Plan, step: Step, view: View, action: { tool: string; input: unknown }): boolean {
  if (step.answered === true) return callsOf(view, action).length > 0;
  return successes(plan, view, action) >= (step.times ?? 1);
}

export function filled({ tool, input }: Action, facts: Facts): { tool: string; input: unknown } {
  return { tool, input: typeof input === "function" ? input(facts) : input };
}

export function callsOf(view: View, { tool, input }: { tool: string; input: unknown }): SeenCall[] {
  const spelled = spell(tool, input);
  return view.calls.filter((call) => isSameCall(call, spelled));
}

function successes(plan: Plan, view: View, action: { tool: string; input: unknown }): number {
  return callsOf(view, action).filter((call) => !hasFailed(plan, call)).length;
}

function failures(plan: Plan, view: View, action: { tool: string; input: unknown }): number {
  return callsOf(view, action).filter((call) => hasFailed(plan, call)).length;
}

/** In a list of dropped work there is one sign only. */
function hasFailed({ errorSign }: Plan, { text, flagged, listed }: SeenCall): boolean {
  if (listed !== undefined) return listed === "failed";
  const isMarked = text?.startsWith("error") === true;
  if (errorSign === "flag") return flagged;
  return errorSign === "prefix" ? isMarked : flagged || isMarked;
}

/** What the view tells, the latest word last. */
function factsOf(plan: Plan, view: View): Facts {
  const facts: Record<string, string> = {};
  for (const [name, { in: place, at }] of Object.entries(plan.told ?? {})) {
    const texts = { system: [view.system], context: view.told, own: view.own }[place];
    const found = texts.flatMap((text) => at.exec(text)?.[1] ?? []).at(-1);
    if (found !== undefined) facts[name] = found;
  }
  for (const [, name = "", value = ""] of view.notes.matchAll(/^fact (\w+) = (.*)$/gm)) facts[name] = value;
  for (const step of plan.steps) learnFrom(step, view, facts);
  return facts;
}

function learnFrom(step: Step, view: View, facts: Record<string, string>): void {
  if (step.learn === undefined || step.uses?.some((name) => facts[name] === undefined) === true) return;
  const seen = step.actions.flatMap((action) => callsOf(view, filled(action, facts)));
  for (const [name, at] of Object.entries(step.learn)) {
    const found = seen.flatMap(({ text }) => at.exec(text ?? "")?.[1] ?? []).at(-1);
    if (found !== undefined) facts[name] = found;
  }
}

/** Short and to the point: the facts that the rest of the plan needs, as far as they can be seen. */
function notesOf(plan: Plan, transcript: string): string {
  const learned = plan.steps.flatMap(({ learn }) => Object.entries(learn ?? {}));
  const facts = learned.flatMap(([name, at]) => {
    const value = new RegExp(`^fact ${name} = (.*)$`, "m").exec(transcript)?.[1] ?? at.exec(transcript)?.[1];
    return value === undefined ? [] : [`fact ${name} = ${value}`];
  });
  return facts.length === 0 ? "Nothing to keep so far." : facts.join("\n");
}
