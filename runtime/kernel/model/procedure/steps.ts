/** The `## Steps` of a skill: numbered items, each with its calls and what to take from their results. */
import { parseCall } from "./calls.ts";
import {
  BadProcedure,
  compile,
  VALUE_NAME,
  type Loop,
  type Skip,
  type Step,
  type Take,
} from "./procedure.ts";
import { fenceAfter } from "./sections.ts";
import { codeSpans } from "./spans.ts";

/** @throws BadProcedure */
export function parseSteps(section: string): Step[] {
  const steps = items(section).map((lines, index) => parseStep(lines, `step ${index + 1}`));
  if (steps.length === 0) throw new BadProcedure("its steps are not numbered");
  return steps;
}

/** Lines of each numbered item; an item that is indented more than the first is part of the one it stands in. */
function items(section: string): string[][] {
  const found: string[][] = [];
  let indent: number | undefined;
  let fence: string | undefined;
  for (const line of section.split("\n")) {
    const item = fence === undefined ? /^( {0,3})\d{1,9}[.)](?:[ \t]+(.*))?$/.exec(line) : null;
    if (item !== null && (item[1]?.length ?? 0) <= (indent ?? 3)) {
      indent ??= item[1]?.length ?? 0;
      found.push([item[2] ?? ""]);
      fence = fenceAfter(item[2] ?? "", undefined);
      continue;
    }
    fence = fenceAfter(line, fence);
    found.at(-1)?.push(line);
  }
  return found;
}

function parseStep(lines: readonly string[], where: string): Step {
  const { prose, blocks } = splitBlocks(lines, where);
  const spans = codeSpans(prose, true);
  const calls = blocks
    .filter(({ info }) => info !== "")
    .map(({ info, text }) => parseCall(info, text, where));
  const takes = readTakes(spans, where);
  const loops = readLoops(spans, where);
  const reader = takes[0] ?? loops[0];
  if (reader !== undefined && calls.length === 0)
    throw new BadProcedure(`${where} takes \`${reader.name}\`, but calls nothing`);
  return { skips: readSkips(spans, where), calls, takes, loops };
}

interface Block {
  /** First word behind the fence. */
  readonly info: string;
  readonly text: string;
}

function splitBlocks(lines: readonly string[], where: string): { prose: string; blocks: Block[] } {
  const prose: string[] = [];
  const blocks: Block[] = [];
  let fence: string | undefined;
  let open = { info: "", indent: 0, lines: [""] };
  for (const line of lines) {
    const before = fence;
    fence = fenceAfter(line, before);
    if (before === undefined && fence === undefined) prose.push(line.trim());
    else if (before === undefined) {
      const indent = line.length - line.trimStart().length;
      open = { info: /^[`~]+\s*(\S*)/.exec(line.trimStart())?.[1] ?? "", indent, lines: [] };
    } else if (fence === undefined) blocks.push({ info: open.info, text: open.lines.join("\n") });
    else open.lines.push(dedent(line, open.indent));
  }
  if (fence !== undefined) throw new BadProcedure(`${where} has a code block that is not closed`);
  return { prose: prose.join(" "), blocks };
}

function dedent(line: string, indent: number): string {
  const blank = line.length - line.trimStart().length;
  return line.slice(Math.min(blank, indent));
}

/** ``Take `name` from `REGEX` `` */
function readTakes(spans: readonly string[], where: string): Take[] {
  return names(spans, /\btake\s*$/i, /^\s*from\s*$/i).map((at) => toTake(spans, at, where));
}

/** ``For each `name` in `REGEX` do steps N to M`` */
function readLoops(spans: readonly string[], where: string): Loop[] {
  return names(spans, /\bfor each\s*$/i, /^\s*in\s*$/i).map((at) => {
    const take = toTake(spans, at, where);
    const range = /^\s*,?\s*do steps?\s+(\d+)(?:\s*(?:to|-|–)\s*(\d+))?/i.exec(spans[at + 3] ?? "");
    if (range === null)
      throw new BadProcedure(`${where}: for each \`${take.name}\` does not say "do steps N to M"`);
    return { ...take, from: Number(range[1]), to: Number(range[2] ?? range[1]) };
  });
}

/** ``Skip if `name` is `VALUE` ``, ``… is not `VALUE` ``, ``… is empty``, ``… is not empty`` */
function readSkips(spans: readonly string[], where: string): Skip[] {
  return names(spans, /\bskip if\s*$/i, /^\s*is\b/i).map((at) => {
    const [, not, empty] = /^\s*is(\s+not)?(\s+empty\b)?\s*/i.exec(spans[at + 1] ?? "") ?? [];
    const value = empty === undefined ? spans[at + 2] : "";
    if (value === undefined)
      throw new BadProcedure(`${where}: skip if \`${spans[at] ?? ""}\` does not say what it is`);
    return { name: nameAt(spans, at, where), not: not !== undefined, value };
  });
}

/** Places of the code spans between two such texts. */
function names(spans: readonly string[], before: RegExp, after: RegExp): number[] {
  return spans.flatMap((_, at) =>
    at % 2 === 1 && before.test(spans[at - 1] ?? "") && after.test(spans[at + 1] ?? "") ? [at] : [],
  );
}

function toTake(spans: readonly string[], at: number, where: string): Take {
  const name = nameAt(spans, at, where);
  const source = spans[at + 2];
  if (source === undefined)
    throw new BadProcedure(`${where}: nothing in backticks says where \`${name}\` is`);
  return { name, pattern: compile(source, "mu", where) };
}

function nameAt(spans: readonly string[], at: number, where: string): string {
  const name = spans[at] ?? "";
  if (!VALUE_NAME.test(name)) throw new BadProcedure(`${where}: \`${name}\` is not a name`);
  return name;
}
