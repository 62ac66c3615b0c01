/** A skill out of nothing but runs: what several passing runs did in common, with what differs between them as inputs. */
import { jaccard } from "../../jaccard.ts";
import { splitSkillFile } from "../../../skills/front-matter.ts";
import { words } from "../../../skills/words.ts";
import { viewOf, type CallView } from "../../analyse/view.ts";
import type { Proposal } from "../../candidate.ts";
import type { Trace } from "../../failure.ts";
import type { ProposeContext } from "../proposer.ts";
import { findInput, type InputValues } from "./input-pattern.ts";
import { ledBy } from "./led-by.ts";
import { sameSkill, type Described } from "./novelty.ts";
import { mayTeach } from "./may-teach.ts";
import { learnedFrom, metadataOf } from "./provenance.ts";
import { commandIn, shapeOf, textsIn } from "./shape.ts";
import { procedureIn, type NewStep } from "./skill-steps.ts";
import { skillText } from "./skill-text.ts";

/** From this share of common words on two instructions ask for the same kind of thing. */
const ALIKE = 0.3;
/** Runs that a skill is made from: one alone does not say what varies. */
const LEAST_RUNS = 2;
const MOST_RUNS = 4;
const MOST_STEPS = 8;

/** Only where no skill led the failing runs: what leads them wrong is to be mended, not to be doubled. */
export function newSkill(context: ProposeContext): Proposal[] {
  const failing = context.cluster.failures.map(({ trace }) => trace);
  if (failing.some((trace) => ledBy(trace, context).length > 0)) return [];
  const examples = context.passing
    .filter((trace) => ledBy(trace, context).length === 0)
    .filter(({ run }) => failing.some((one) => likeness(one.run.instruction, run.instruction) >= ALIKE))
    .slice(0, MOST_RUNS);
  if (examples.length < LEAST_RUNS) return [];
  const skill = write(examples, context);
  if (skill === undefined) return [];
  const path = `${context.paths.skills}/${skill.name}/SKILL.md`;
  if (
    context.genome.has(path) ||
    sameSkill(described(skill.name, skill.text), existing(context)) !== undefined
  )
    return [];
  return [
    {
      rung: "skill",
      source: "distill:contrast",
      title: `Write down how to ${skill.name.replaceAll("-", " ")}`,
      rationale: `${examples.length} passing runs took the same steps; the failing ones had no skill to follow.`,
      edits: [{ path, before: undefined, after: skill.text }],
      costUsd: 0,
    },
  ];
}

function likeness(one: string, other: string): number {
  return jaccard(new Set(words(one)), new Set(words(other)));
}

function existing({ genome, paths }: ProposeContext): Described[] {
  return [...genome].flatMap(([path, text]) => {
    const name = path.startsWith(`${paths.skills}/`) ? path.split("/").at(-2) : undefined;
    return name === undefined ? [] : [described(name, text)];
  });
}

function described(name: string, text: string): Described {
  const { frontMatter, body } = splitSkillFile(text);
  const about = frontMatter.kind === "missing" ? undefined : frontMatter.value["description"];
  return { name, description: typeof about === "string" ? about : "", body };
}

/** Undefined when the runs have no steps in common, or something in them cannot be found in an instruction. */
function write(
  examples: readonly Trace[],
  { cluster }: ProposeContext,
): { name: string; text: string } | undefined {
  const rows = commonSteps(
    examples.map((trace) => viewOf(trace).calls.filter(({ event }) => !event.result.is_error)),
  );
  if (rows.length === 0 || rows.length > MOST_STEPS) return undefined;
  const instructions = examples.map(({ run }) => run.instruction);
  const inputs = new Map<string, InputValues>();
  const blocks = rows.map((row) => blockOf(row, instructions, inputs));
  if (blocks.some((block) => block === undefined)) return undefined;
  const common = commonWords(instructions, [...inputs.values()]);
  if (common.length < 2) return undefined;
  const name = common
    .slice(0, 3)
    .join("-")
    .replace(/[^a-z0-9-]/g, "");
  const provenance = learnedFrom(
    "contrast",
    cluster.id,
    examples.map(({ run }) => run),
  );
  const steps = rows.map(([call], at): NewStep => {
    return { what: sentenceFor(call), tool: call?.event.name ?? "", block: blocks[at] ?? "" };
  });
  const looksAtLast = rows.at(-1)?.[0]?.event.capability === "observe";
  const text = skillText({
    name,
    subject: common,
    vocabulary: vocabulary(instructions),
    inputs: Array.from(inputs, ([key, { pattern }]) => ({ name: key, pattern })),
    steps,
    looksAtLast,
    metadata: metadataOf(provenance),
  });
  return procedureIn(text) === undefined ? undefined : { name, text };
}

/** Calls that all runs made, in their order: those of the first run that the others have, too. */
function commonSteps(runs: readonly (readonly CallView[])[]): CallView[][] {
  const [first = [], ...others] = runs;
  const places = others.map(() => -1);
  return first.flatMap((call) => {
    const shape = shapeOf(call.event);
    const next = others.map((calls, run) =>
      calls.findIndex(({ event }, at) => at > (places[run] ?? -1) && shapeOf(event) === shape),
    );
    if (next.includes(-1)) return [];
    next.forEach((at, run) => (places[run] = at));
    return [[call, ...others.flatMap((calls, run) => calls[next[run] ?? -1] ?? [])]];
  });
}

/** The block of a step; what differs between the runs becomes an input. Undefined when it is found in no instruction. */
function blockOf(
  row: readonly CallView[],
  instructions: readonly string[],
  inputs: Map<string, InputValues>,
): string | undefined {
  const commands = row.map(({ event }) => commandIn(event.input));
  const [command] = commands;
  if (commands.some((text) => text !== undefined && !mayTeach(text))) return undefined;
  if (command !== undefined)
    return generalised(
      commands.map((text) => text ?? ""),
      instructions,
      inputs,
    );
  const texts = row.map(({ event }) => textsIn(event.input));
  const lines = Array.from(texts[0] ?? [], ([key]) => {
    const text = generalised(
      texts.map((own) => own.get(key) ?? ""),
      instructions,
      inputs,
    );
    return text === undefined ? undefined : `${key}: ${JSON.stringify(text)}`;
  });
  return lines.length === 0 || lines.includes(undefined) ? undefined : lines.join("\n");
}

/** Texts of one form, piece by piece: blanks and quotes stay, words that differ are looked up. */
function generalised(
  texts: readonly string[],
  instructions: readonly string[],
  inputs: Map<string, InputValues>,
): string | undefined {
  const pieces = texts.map((text) => text.split(/(\s+|["']|(?<=\w)[=])/));
  const [first = []] = pieces;
  if (pieces.some((own) => own.length !== first.length)) return undefined;
  const made = first.map((piece, at) => {
    const values = pieces.map((own) => own[at] ?? "");
    if (values.every((value) => value === piece)) return piece;
    const found = findInput(values, instructions, inputs);
    return found === undefined ? undefined : `{{${found}}}`;
  });
  // A hole fills its quotes, or is bare: that is safe for any value.
  return made.includes(undefined) ? undefined : made.join("").replace(/(["'])(\{\{[\w-]+\}\})\1/g, "$2");
}

function vocabulary(instructions: readonly string[]): string[] {
  const plain = instructions.flatMap(
    (text) => text.toLowerCase().match(/(?<![\w./-])[a-z]{2,}(?![\w/-]|\.\w)/g) ?? [],
  );
  return [...new Set(plain)].toSorted();
}

/** Words that all instructions have, in the order of the first, without what the inputs take. */
function commonWords(instructions: readonly string[], inputs: readonly InputValues[]): string[] {
  const taken = new Set(inputs.flatMap(({ values }) => values.flatMap((value) => words(value))));
  const [first = "", ...others] = instructions;
  const rest = others.map((text) => new Set(words(text)));
  const common = words(first).filter(
    (word) => !taken.has(word) && /^[a-z]{2,}$/.test(word) && rest.every((own) => own.has(word)),
  );
  return [...new Set(common)].slice(0, 8);
}

function sentenceFor(call: CallView | undefined): string {
  if (call?.event.capability === "observe") return "Look.";
  return call?.event.capability === "write" ? "Write it down." : "Do it.";
}
