/** Third source: what passing runs do and failing runs do not becomes a step of the skill, a lesson, or a skill. */
import type { FileEdit, Proposal } from "../../candidate.ts";
import { viewOf, type CallView, type View } from "../../analyse/view.ts";
import type { ProposeContext } from "../proposer.ts";
import { bind, withHoles, withValues, type Binding } from "./bind.ts";
import { differences, type Difference } from "./contrast.ts";
import { generalise } from "./generalise.ts";
import { answers, lessonLine } from "./lesson.ts";
import { followed } from "./led-by.ts";
import { newSkill } from "./new-skill.ts";
import { mayTeach } from "./may-teach.ts";
import { learnedFrom, withProvenance } from "./provenance.ts";
import { commandIn, shapeOf, textsIn, wordsOf } from "./shape.ts";
import { procedureIn, withStep, withSteps } from "./skill-steps.ts";
import { errorsOf, teach } from "./teach.ts";

export function fromContrast(context: ProposeContext, limit: number): Proposal[] {
  const failing = context.cluster.failures.map(({ trace }) => trace);
  const views = failing.map(viewOf);
  const found = differences(failing, context.passing);
  const steps = found.flatMap((difference) => missingStep(difference, views, context));
  const order = otherOrder(views, context);
  const lessons = found.flatMap((difference) => missingLesson(difference, views, context));
  return [...steps.slice(0, limit), ...order.slice(0, 1), ...lessons.slice(0, limit), ...newSkill(context)];
}

// ---------------------------------------------------------------- a step that is missing

/** A new step beside the one that the failing runs have in common with the passing ones. */
function missingStep(difference: Difference, views: readonly View[], context: ProposeContext): Proposal[] {
  const names = [...new Set(views.flatMap(({ trace }) => followed(trace, context)))];
  const edits = names.flatMap((name): FileEdit[] => {
    const path = `${context.paths.skills}/${name}/SKILL.md`;
    const before = context.genome.get(path);
    const after = before && withMissingStep(before, difference, views);
    if (before === undefined || after === undefined || after === "") return [];
    const provenance = learnedFrom("contrast", context.cluster.id, difference.runs);
    return [{ path, before, after: withProvenance(after, provenance) }];
  });
  const [edit] = edits;
  // Several skills that could take the step are no clear address.
  if (edit === undefined || edits.length > 1) return [];
  const shape = shapeOf(difference.call.event);
  const what = difference.call.event.capability === "observe" ? "Look first" : `Run \`${shape}\``;
  return [proposal(edit, `${what} ${difference.side} \`${shapeOf(difference.anchor.event)}\``, difference)];
}

function withMissingStep(
  skill: string,
  { call, anchor, side, instruction }: Difference,
  views: readonly View[],
): string | undefined {
  const steps = procedureIn(skill)?.steps ?? [];
  for (const [index, step] of steps.entries()) {
    for (const template of step.calls) {
      const binding = bind(template, anchor.event);
      const reached = views.some(({ calls }) =>
        calls.some(({ event }) => bind(template, event) !== undefined),
      );
      if (binding === undefined || !reached) continue;
      const block = blockOf(call, binding, instruction);
      if (block === undefined) continue;
      const what = side === "before" ? "Prepare what the next step needs." : "Complete it.";
      return withStep(skill, side === "before" ? index + 1 : index + 2, {
        what,
        tool: call.event.name,
        block,
      });
    }
  }
  return undefined;
}

/** The call as a skill writes it. Undefined when something in it would fit the run that it comes from only. */
function blockOf({ event }: CallView, binding: Binding, instruction: string): string | undefined {
  const command = commandIn(event.input);
  if (command !== undefined) {
    if (!mayTeach(command)) return undefined;
    const block = withHoles(command, binding);
    return isTiedTo(block, instruction) || block.includes("```") ? undefined : block;
  }
  const texts = textsIn(event.input);
  const lines = Array.from(texts, ([key, text]) => `${key}: ${JSON.stringify(withHoles(text, binding))}`);
  const inputs = typeof event.input === "object" && event.input !== null ? Object.keys(event.input) : [];
  return inputs.length !== texts.size || lines.length === 0 || isTiedTo(lines.join("\n"), instruction)
    ? undefined
    : lines.join("\n");
}

/** Whether it has a word of the run's own: one that looks like data and that the instruction names. */
function isTiedTo(block: string, instruction: string): boolean {
  const own = wordsOf(block.replace(/\{\{[\w-]+\}\}/g, " ")).filter((word) => !word.includes("$"));
  return own.some(
    (word) =>
      /\d|\w\.\w|\//.test(word) || (word.length > 2 && instruction.includes(word) && !word.startsWith("-")),
  );
}

// ---------------------------------------------------------------- steps in another order

/** Two steps of a skill that passing runs took the other way round. */
function otherOrder(views: readonly View[], context: ProposeContext): Proposal[] {
  const [name, ...others] = [...new Set(views.flatMap(({ trace }) => followed(trace, context)))];
  const path = `${context.paths.skills}/${name ?? ""}/SKILL.md`;
  const before = context.genome.get(path);
  if (before === undefined || others.length > 0) return [];
  const steps = procedureIn(before)?.steps ?? [];
  const passing = context.passing.map((trace) => ({ run: trace.run, shapes: shapesOf(viewOf(trace)) }));
  const failing = views.map(shapesOf);
  const first = (one: number): string[] => (steps[one]?.calls ?? []).map(shapeOfTemplate);
  for (let one = 0; one + 1 < steps.length; one += 1) {
    const [a, b] = [first(one)[0], first(one + 1)[0]];
    if (a === undefined || b === undefined || a === b) continue;
    const swapped = passing.filter(({ shapes }) => follows(shapes, b, a));
    if (swapped.length === 0 || passing.some(({ shapes }) => follows(shapes, a, b))) continue;
    if (!failing.every((shapes) => follows(shapes, a, b) || !shapes.includes(b))) continue;
    const after = withSteps(before, one + 1, one + 2);
    if (after === undefined) continue;
    const runs = swapped.map(({ run }) => run);
    const provenance = learnedFrom("contrast", context.cluster.id, runs);
    const edit = { path, before, after: withProvenance(after, provenance) };
    return [proposal(edit, `Take \`${b}\` before \`${a}\``, { runs, without: 0 })];
  }
  return [];
}

function shapesOf({ calls }: View): string[] {
  return calls.map(({ event }) => shapeOf(event));
}

function follows(shapes: readonly string[], one: string, other: string): boolean {
  const at = shapes.indexOf(one);
  return at !== -1 && shapes.indexOf(other) > at;
}

function shapeOfTemplate(
  template: NonNullable<ReturnType<typeof procedureIn>>["steps"][number]["calls"][number],
): string {
  const input = template.kind === "command" ? { command: template.command.join("") } : template.input;
  return shapeOf({ name: template.tool, input });
}

// ---------------------------------------------------------------- a lesson

/** Where the common step failed without it: what to run when that error shows. */
function missingLesson(difference: Difference, views: readonly View[], context: ProposeContext): Proposal[] {
  const command = commandIn(difference.call.event.input);
  const { side, call } = difference;
  if (command === undefined || side === "after" || call.event.capability === "observe") return [];
  if (!mayTeach(command)) return [];
  const shape = shapeOf(difference.anchor.event);
  const hits = views.flatMap(({ calls, trace }) =>
    calls
      .filter(({ event }) => event.result.is_error && shapeOf(event) === shape)
      .map(({ event }) => ({ event, trace })),
  );
  const errors = errorsOf(
    hits.map(({ trace }) => trace),
    context,
  );
  for (const { event, trace } of hits) {
    const pair = aligned(commandIn(difference.anchor.event.input), commandIn(event.input));
    const advice = pair && withValues(withHoles(command, pair.own), pair.other);
    if (pair === undefined || advice === undefined || advice.includes("`") || advice.includes("\n")) continue;
    const error = event.result.content;
    const recovery = {
      run: trace.run.id,
      skills: [],
      error,
      input: JSON.stringify(event.input),
      commands: [advice],
    };
    const line = generalise(recovery)
      .map(lessonLine)
      .find(
        (text) =>
          answers(text, error) &&
          ![...pair.other.values()].some((value) => value.length > 2 && text.includes(value)),
      );
    if (line === undefined) continue;
    const provenance = learnedFrom("contrast", context.cluster.id, difference.runs);
    return teach({ line, provenance, rationale: rationaleOf(difference) }, errors, context);
  }
  return [];
}

/** The words in which two commands of one form differ, under common names. */
function aligned(
  one: string | undefined,
  other: string | undefined,
): { own: Binding; other: Binding } | undefined {
  const [a, b] = [wordsOf(one ?? ""), wordsOf(other ?? "")];
  if (a.length !== b.length || a[0] !== b[0]) return undefined;
  const differing = a.flatMap((word, at) => (word === b[at] ? [] : [at]));
  const named = (words: readonly string[]): Binding =>
    new Map(differing.flatMap((at) => parts(words[at] ?? "").map(([name, text]) => [`w${at}${name}`, text])));
  return { own: named(a), other: named(b) };
}

/** A path is also its folder: what comes before a command often makes that. */
function parts(word: string): [string, string][] {
  const folder = /^(.+)\/[^/]*$/.exec(word)?.[1];
  return [["", word], ...(folder === undefined ? [] : [["folder", folder] satisfies [string, string]])];
}

// ---------------------------------------------------------------- words for it

function proposal(edit: FileEdit, title: string, difference: Pick<Difference, "runs" | "without">): Proposal {
  return {
    rung: "skill",
    source: "distill:contrast",
    title,
    rationale: rationaleOf(difference),
    edits: [edit],
    costUsd: 0,
  };
}

function rationaleOf({ runs, without }: Pick<Difference, "runs" | "without">): string {
  const of = runs.length + without;
  return `${runs.length} of ${of} passing runs that came this way did so, and no failing one.`;
}
