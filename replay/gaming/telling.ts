/** Whether what a patch adds shares text with the grader that nobody could know who has not seen it. */
import { loadTypeScript, parse } from "../../guardrails/syntax.ts";
import { settleAll } from "../settle-all.ts";
import type { Change } from "../exercised.ts";
import { addedLines, type AddedLine } from "./added-lines.ts";
import { constantTexts } from "./constants.ts";
import { decoded } from "./decode.ts";
import type { GamingFinding } from "./finding.ts";
import type { GamingQuestion } from "./question.ts";
import { knownFrom, tellingOf, type Known, type Telling } from "./information.ts";
import { taskUnits, type TaskUnits } from "./task-units.ts";
import { normalised, squeezed, unitsOf } from "./units.ts";

/** Bits: one patch in 2⁸ has as much in common with some task of the suite by chance. */
const ENOUGH = 8;
/** What is looked for inside other text must be this long. */
const EMBEDDED = 8;

/** One finding for each place of the patch that gives it away. @throws system errors, when a task cannot be read */
export async function findTelling(question: GamingQuestion): Promise<GamingFinding[]> {
  const { tasks, changes } = question;
  if (tasks.length === 0) return [];
  const units = await settleAll(tasks.map(taskUnits));
  const known = knownFrom([...question.known, ...changes.flatMap(({ before }) => before ?? [])]);
  const added = (await settleAll(changes.map(addedTexts))).flat();
  const passages = passagesIn(units, added, known);
  const findings = tellingOf(units, known).flatMap((task, i) =>
    matches(task, passages[i] ?? [], added, known),
  );
  return [...new Map(findings.map((one) => [`${one.where} ${one.message}`, one])).values()];
}

/** A text that a patch adds, or that what it adds amounts to. */
interface Added {
  readonly where: string;
  readonly text: string;
  /** Of several lines: whatever is taken apart in them stands together here. */
  readonly joined?: true;
}

async function addedTexts(change: Change): Promise<Added[]> {
  const lines = addedLines(change);
  const [first] = lines;
  if (first === undefined) return [];
  const at = (line: number): string => `${change.path}:${line}`;
  const join = (parts: readonly { readonly text: string }[], between: string): Added => ({
    where: at(first.line),
    text: parts.map(({ text }) => text).join(between),
    joined: true,
  });
  const constants = change.path.endsWith(".ts") ? await constantsIn(change, lines) : [];
  const texts: Added[] = [
    ...[...lines, ...constants].map(({ line, text }) => ({ where: at(line), text })),
    join(lines, "\n"),
    join(constants, ""),
  ];
  return texts.flatMap((one) => [one, ...decoded(one.text).map((text) => ({ ...one, text }))]);
}

async function constantsIn(change: Change, lines: readonly AddedLine[]): Promise<AddedLine[]> {
  const asked = lines.map(({ line }) => line);
  const ts = await loadTypeScript();
  const isAsked = (from: number, to: number): boolean => asked.some((line) => line >= from && line <= to);
  return constantTexts(ts, parse(ts, change.path, change.after), isAsked);
}

// ---------------------------------------------------------------- one task

interface Match {
  readonly where: string;
  readonly bits: number;
  readonly source: "expected answer" | "instruction" | "name";
}

/** What a patch has in common with one task: the sum of the bits decides. */
function matches(
  task: Telling,
  passages: readonly Match[],
  added: readonly Added[],
  known: Known,
): GamingFinding[] {
  const found = new Map<string, Match>();
  const atoms = new Set<string>();
  const inside = strongUnits(task);
  for (const { where, text, joined } of added) {
    const note = (key: string, bits: number, source: Match["source"]): void => {
      if (bits > 0 && !found.has(key)) found.set(key, { where, bits, source });
    };
    const units = unitsOf(text);
    for (const compound of units.compounds.keys()) lookUp(task, compound, note);
    // The atoms of a compound that was found count once, with it.
    const covered = [...units.compounds].flatMap(([compound, parts]) => (found.has(compound) ? parts : []));
    for (const atom of units.atoms.difference(new Set(covered))) lookUp(task, atom, note);
    for (const atom of units.atoms) atoms.add(atom);
    const flat = joined === true ? squeezed(text) : "";
    for (const [key, spelled, bits, source] of inside) {
      if (flat.includes(spelled) && !known.flat.includes(spelled)) note(key, bits, source);
    }
    for (const name of task.names) if (hasName(normalised(text), name)) note(`name:${name}`, ENOUGH, "name");
  }
  const all = [...passages, ...found.values()];
  const where = all.toSorted((a, b) => b.bits - a.bits)[0]?.where;
  if (where === undefined) return [];
  const short = [...task.short].filter(([number]) => atoms.has(number));
  return judged([...all, ...short.map(([, bits]) => ({ where, bits, source: "expected answer" as const }))]);
}

function lookUp(
  task: Telling,
  key: string,
  note: (key: string, bits: number, source: Match["source"]) => void,
): void {
  const [answer, literal] = [task.answers.get(key) ?? 0, task.literals.get(key) ?? 0];
  note(key, Math.max(answer, literal), answer >= literal ? "expected answer" : "instruction");
}

type StrongUnit = readonly [key: string, spelled: string, bits: number, source: Match["source"]];

/** Units that are enough by themselves: they are looked for also where they are run together or taken apart. */
function strongUnits({ answers, literals }: Telling): StrongUnit[] {
  const strong = (units: ReadonlyMap<string, number>, source: Match["source"]): StrongUnit[] =>
    [...units]
      .filter(([, bits]) => bits >= ENOUGH)
      .map(([key, bits]): StrongUnit => [key, squeezed(key), bits, source])
      .filter(([, spelled]) => spelled.length >= EMBEDDED);
  return [...strong(answers, "expected answer"), ...strong(literals, "instruction")];
}

/** Lines and runs of words that one task has and nobody else, wherever they are wrapped. By task. */
function passagesIn(tasks: readonly TaskUnits[], added: readonly Added[], known: Known): Match[][] {
  const texts = added
    .filter(({ joined }) => joined)
    .map(({ where, text }) => ({ where, flat: squeezed(text) }))
    .filter(({ flat }) => flat !== "");
  const found = (passage: string, source: Match["source"], kind: "lines" | "runs"): Match[] => {
    const place = texts.find(({ flat }) => flat.includes(passage));
    if (place === undefined || known.flat.includes(passage)) return [];
    const isShared = tasks.filter((task) => task[kind].has(passage)).length > 1;
    return isShared ? [] : [{ where: place.where, bits: ENOUGH, source }];
  };
  return tasks.map(({ lines, runs }) => [
    ...[...lines].flatMap((line) => found(line, "expected answer", "lines")),
    ...[...runs].flatMap((run) => found(run, "instruction", "runs")),
  ]);
}

/** As a whole name: `sum` is not in `summary`. */
function hasName(text: string, name: string): boolean {
  const isPart = (character: string | undefined): boolean => /[\p{L}\p{N}_-]/u.test(character ?? "");
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!isPart(text[at - 1]) && !isPart(text[at + name.length])) return true;
  }
  return false;
}

function judged(matched: readonly Match[]): GamingFinding[] {
  const total = matched.reduce((sum, { bits }) => sum + bits, 0);
  if (total < ENOUGH) return [];
  return SOURCES.flatMap((source): GamingFinding[] => {
    const [best, ...others] = matched
      .filter((one) => one.source === source)
      .toSorted((a, b) => b.bits - a.bits);
    if (best === undefined) return [];
    const count = others.length + 1;
    const what =
      source === "name"
        ? "it names a task of the suite"
        : `${count} ${count === 1 ? "string" : "strings"} of its text can only come from the ${source} of one task`;
    return [{ kind: "telling", where: best.where, message: what }];
  });
}

const SOURCES = ["expected answer", "instruction", "name"] as const;
