/** Decides what to do next: a pure function of what the request shows. */
import { advance, loopsOf } from "./advance.ts";
import { fillCall, fillText, type Call } from "./calls.ts";
import { chooseSkill, type Choice } from "./choose.ts";
import type { Context, Result } from "./context.ts";
import { matchedValue, matchFirst, SlowPattern } from "./match.ts";
import { advise, type Advice } from "./parse-lessons.ts";
import { parseSkill } from "./parse-skill.ts";
import type { Procedure, Step } from "./procedure.ts";
import { writePlace, type Place } from "./scratchpad.ts";

export type Decision =
  | { readonly kind: "act"; readonly place: Place; readonly calls: readonly Call[] }
  | { readonly kind: "say"; readonly text: string }
  /** Silence came back, and it takes that for the end. */
  | { readonly kind: "silence" };

/** @param mayCall false when the request allows no tools, as when a harness asks for a summary */
export function decide(context: Context, mayCall: boolean): Decision {
  const { place } = context;
  if (place === undefined)
    return begin(chooseSkill([...context.skills.values()], context.instruction), undefined);
  if (!mayCall && !context.skills.has(place.skill)) return say(writePlace(place));
  const procedure = procedureOf(place.skill, context);
  if (typeof procedure === "string") return giveUp(procedure);
  const step = procedure.steps[place.step - 1];
  if (step === undefined) return giveUp(`The skill ${place.skill} has no step ${place.step}`);
  try {
    return goOn(context, procedure, step, place);
  } catch (error) {
    if (error instanceof SlowPattern)
      return giveUp(`Step ${place.step} cannot be followed: ${error.message}`);
    throw error;
  }
}

function begin(choice: Choice, after: Place | undefined): Decision {
  if (choice.kind === "none") {
    return say([`I do not know how to do this: ${choice.why}.`, ...choice.remarks].join(" "));
  }
  const start: Place = {
    skill: choice.name,
    step: 0,
    values: choice.values,
    loops: [],
    run: undefined,
    lessons: new Map(),
    tools: after?.tools ?? new Map(),
    failed: after === undefined ? [] : [...after.failed, after.skill],
    calls: after?.calls ?? 0,
  };
  return moveOn(choice.procedure, start);
}

/** The procedure that is being followed, or why it cannot be. */
function procedureOf(name: string, { skills }: Context): Procedure | string {
  const skill = skills.get(name);
  if (skill === undefined) return `I was following the skill ${name}, but it is not in my context any more`;
  const parsed = parseSkill(skill.body);
  switch (parsed.kind) {
    case "procedure":
      return parsed.procedure;
    case "no_steps":
      return `The skill ${name} cannot be followed: it has no steps`;
    case "bad":
      return `The skill ${name} cannot be followed: ${parsed.why}`;
    default:
      return parsed satisfies never;
  }
}

function goOn(context: Context, procedure: Procedure, step: Step, place: Place): Decision {
  const { results, spokenTo } = context;
  if (results.length === 0) return act(procedure, place);
  if (!spokenTo && results.every(({ text }) => text.trim() === "")) return { kind: "silence" };
  const renamed = findListedTool(results, place);
  if (renamed !== undefined) return act(procedure, renamed);
  const failures = results.filter(({ failed }) => failed).map(({ text }) => text);
  if (failures.length > 0)
    return recover(context, procedure, place, failures.join("\n"), `failed: ${short(failures[0] ?? "")}`);
  if (place.run?.after === "repeat") return act(procedure, { ...place, run: undefined });
  return takeAndMoveOn(context, procedure, step, place);
}

/** A tool that is unknown but for its case is called by the name that the result lists. */
function findListedTool(results: readonly Result[], place: Place): Place | undefined {
  for (const { tool, text } of results) {
    if (!/unknown tool/i.test(text)) continue;
    const listed = text
      .match(/[\w-]+/g)
      ?.find((name) => name !== tool && name.toLowerCase() === tool.toLowerCase());
    const asked = Array.from(place.tools).find(([, name]) => name === tool)?.[0] ?? tool;
    if (listed === undefined || place.tools.get(asked) === listed || asked === listed) continue;
    return { ...place, tools: new Map([...place.tools, [asked, listed]]) };
  }
  return undefined;
}

function takeAndMoveOn(context: Context, procedure: Procedure, step: Step, place: Place): Decision {
  const seen = context.results.map(({ text }) => text).join("\n");
  const values = new Map(place.values);
  for (const { name, pattern } of step.takes) {
    const groups = matchFirst(pattern, seen);
    if (groups === undefined)
      return recover(context, procedure, place, seen, `shows no \`${name}\`: I cannot see it`);
    values.set(name, matchedValue(groups));
  }
  return moveOn(procedure, { ...place, values, loops: [...place.loops, ...loopsOf(step, seen)] });
}

function moveOn(procedure: Procedure, place: Place): Decision {
  const next = advance(procedure, place);
  if (next.kind === "step") return act(procedure, next.place);
  return say(fillText(procedure.answer, (name) => next.values.get(name) ?? ""));
}

/** Makes the calls that a place stands for: those of its step, or the command of a lesson. */
function act(procedure: Procedure, place: Place): Decision {
  const spelt = ({ name, input }: Call): Call => ({ name: place.tools.get(name) ?? name, input });
  if (place.run !== undefined) {
    return { kind: "act", place, calls: [spelt({ name: "bash", input: { command: place.run.command } })] };
  }
  const step = procedure.steps[place.step - 1];
  const calls = (step?.calls ?? []).map((call) =>
    spelt(fillCall(call, (name) => place.values.get(name) ?? "")),
  );
  return calls.length > 0 ? { kind: "act", place, calls } : moveOn(procedure, place);
}

/** Obeys the first lesson that applies; then tries a skill that was offered since; then gives up. */
function recover(context: Context, procedure: Procedure, place: Place, seen: string, what: string): Decision {
  const advice = adviceFor(context, place, seen);
  if (advice !== undefined) {
    const lessons = new Map([...place.lessons, [advice.key, (place.lessons.get(advice.key) ?? 0) + 1]]);
    const run = advice.command === undefined ? undefined : { command: advice.command, after: advice.after };
    return act(procedure, { ...place, lessons, run });
  }
  const offered = [...context.newSkills].filter(
    (name) => name !== place.skill && !place.failed.includes(name),
  );
  const skills = offered.flatMap((name) => context.skills.get(name) ?? []);
  const choice = chooseSkill(skills, context.instruction);
  if (choice.kind === "chosen") return begin(choice, place);
  return giveUp(`Step ${place.step} ${what}`, choice.remarks);
}

/** A lesson that was obeyed twice and did not help is not obeyed again. */
function adviceFor({ lessons }: Context, place: Place, seen: string): Advice | undefined {
  for (const lesson of lessons) {
    if ((place.lessons.get(lesson.key) ?? 0) >= 2) continue;
    const advice = advise(lesson, seen);
    if (advice !== undefined) return advice;
  }
  return undefined;
}

/** The failure on one line, as a person would quote it. */
function short(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= 300 ? line : `${line.slice(0, 300).toWellFormed()}…`;
}

function giveUp(why: string, remarks: readonly string[] = []): Decision {
  return say([`${why}; I do not know what to do about it.`, ...remarks].join(" "));
}

function say(text: string): Decision {
  return { kind: "say", text };
}
