/** Whether what a patch adds shares text with the grader that nobody could know who has not seen it. */
import { loadTypeScript, parse } from "../../guardrails/syntax.ts";
import { settleAll } from "../settle-all.ts";
import type { Change } from "../exercised.ts";
import { addedLines, type AddedLine } from "./added.ts";
import { constantTexts } from "./constants.ts";
import { decoded } from "./decode.ts";
import type { GamingFinding, GamingQuestion } from "./find-gaming.ts";
import { tellingOf, type Telling } from "./secrets.ts";
import { textsOf } from "./task-texts.ts";
import { normalised, squeezed, unitsOf } from "./units.ts";

/** Bits: one patch in 2⁸ has as much in common with some task of the suite by chance. */
const ENOUGH = 8;
/** What is looked for inside other text must be this long. */
const EMBEDDED = 8;

/** One finding for each place of the patch that gives it away. @throws system errors, when a task cannot be read */
export async function findTelling({ tasks, changes, known }: GamingQuestion): Promise<GamingFinding[]> {
  if (tasks.length === 0) return [];
  const before = changes.flatMap((change) => change.before ?? []);
  const texts = await settleAll(tasks.map(textsOf));
  const parent = [...known, ...before];
  const telling = tellingOf(texts, parent);
  const knownText = squeezed(parent.join("\n"));
  const added = (await settleAll(changes.map(addedTexts))).flat();
  const findings = telling.flatMap((task) => matches(task, added, knownText));
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
function matches(task: Telling, added: readonly Added[], knownText: string): GamingFinding[] {
  const found = new Map<string, Match>();
  const atoms = new Set<string>();
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
    if (joined === true) lookInside(task, squeezed(text), knownText, note);
    for (const name of task.names) if (hasName(normalised(text), name)) note(`name:${name}`, ENOUGH, "name");
  }
  if (found.size === 0) return [];
  const where = [...found.values()].toSorted((a, b) => b.bits - a.bits)[0]?.where ?? "";
  for (const [number, bits] of task.short) {
    if (atoms.has(number)) found.set(number, { where, bits, source: "expected answer" });
  }
  return judged([...found.values()]);
}

type Note = (key: string, bits: number, source: Match["source"]) => void;

function lookUp(task: Telling, key: string, note: Note): void {
  const [answer, literal] = [task.answers.get(key) ?? 0, task.literals.get(key) ?? 0];
  note(key, Math.max(answer, literal), answer >= literal ? "expected answer" : "instruction");
}

/** Units and passages that are taken apart, run together or wrapped. */
function lookInside(task: Telling, flat: string, knownText: string, note: Note): void {
  const isInside = (text: string): boolean => flat.includes(text) && !knownText.includes(text);
  for (const passage of task.passages.answers)
    if (isInside(passage)) note(passage, ENOUGH, "expected answer");
  for (const passage of task.passages.instructions)
    if (isInside(passage)) note(passage, ENOUGH, "instruction");
  for (const [units, source] of [
    [task.answers, "expected answer"],
    [task.literals, "instruction"],
  ] as const) {
    for (const [key, bits] of units) {
      const text = squeezed(key);
      if (text.length >= EMBEDDED && isInside(text)) note(key, bits, source);
    }
  }
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
