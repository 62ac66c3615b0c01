/** Changes the numbered steps of a skill in its text: one more, or two in another order. */
import { parseSkill } from "../../../runtime/kernel/model/procedure/parse-skill.ts";
import type { Procedure } from "../../../runtime/kernel/model/procedure/procedure.ts";
import { splitSkillFile } from "../../../skills/front-matter.ts";

/** What a step says and does. */
export interface NewStep {
  /** One sentence. */
  readonly what: string;
  /** Info string of its block. */
  readonly tool: string;
  /** Text of its block. */
  readonly block: string;
}

/** The procedure in the text of a SKILL.md; undefined when there is none that can be followed. */
export function procedureIn(skill: string): Procedure | undefined {
  const parsed = parseSkill(splitSkillFile(skill).body);
  return parsed.kind === "procedure" ? parsed.procedure : undefined;
}

/** @param at number that the new step gets, from 1. Undefined when the skill could not be followed then. */
export function withStep(skill: string, at: number, step: NewStep): string | undefined {
  const found = itemsOf(skill);
  if (found === undefined || at < 1 || at > found.items.length + 1) return undefined;
  const indented = step.block.split("\n").map((line) => (line === "" ? "" : `   ${line}`));
  const lines = ["", `   \`\`\`${step.tool}`, ...indented, "   ```", ""];
  const fresh: Item = { first: step.what, rest: lines };
  const moved: Item[] = found.items.map(({ first, rest }) => ({
    first: shifted(first, at),
    rest: rest.map((line) => shifted(line, at)),
  }));
  return valid(skill, written(found, moved.toSpliced(at - 1, 0, fresh)));
}

/** Both numbers from 1. Undefined when the skill could not be followed then. */
export function withSteps(skill: string, one: number, other: number): string | undefined {
  const found = itemsOf(skill);
  const [a, b] = [found?.items[one - 1], found?.items[other - 1]];
  // Numbers in "do steps N to M" would mean other steps.
  if (found === undefined || a === undefined || b === undefined || LOOP.test(skill)) return undefined;
  return valid(skill, written(found, found.items.with(one - 1, b).with(other - 1, a)));
}

interface Item {
  /** Behind the number. */
  readonly first: string;
  readonly rest: readonly string[];
}

interface Found {
  readonly before: readonly string[];
  readonly items: readonly Item[];
  readonly after: readonly string[];
}

const LOOP = /\bdo steps?\s+\d+/i;

/** The `## Steps` section in pieces. Undefined when there is none. */
function itemsOf(skill: string): Found | undefined {
  const lines = skill.split("\n");
  const start = lines.findIndex((line) => /^##\s+steps\s*$/i.test(line));
  if (start === -1) return undefined;
  const length = lines.slice(start + 1).findIndex((line) => /^##? /.test(line));
  const end = length === -1 ? lines.length : start + 1 + length;
  const items: { first: string; rest: string[] }[] = [];
  const before = lines.slice(0, start + 1);
  for (const line of lines.slice(start + 1, end)) {
    const first = /^\d{1,9}[.)][ \t]+(.*)$/.exec(line)?.[1];
    if (first !== undefined) items.push({ first, rest: [] });
    else if (items.length === 0) before.push(line);
    else items.at(-1)?.rest.push(line);
  }
  return { before, items, after: lines.slice(end) };
}

function written({ before, after }: Found, items: readonly Item[]): string {
  const numbered = items.flatMap(({ first, rest }, index) => [
    `${index + 1}. ${first}`,
    ...withBlankEnd(rest),
  ]);
  return [...before, ...numbered, ...after].join("\n");
}

function withBlankEnd(rest: readonly string[]): readonly string[] {
  return rest.at(-1) === "" ? rest : [...rest, ""];
}

/** Numbers from `at` on are one higher, in "do steps N to M" alone. */
function shifted(line: string, at: number): string {
  const up = (digits: string): string => (Number(digits) >= at ? String(Number(digits) + 1) : digits);
  return line.replace(
    /(\bdo steps?\s+)(\d+)((?:\s*(?:to|-|–)\s*)(\d+))?/gi,
    (_, words: string, from: string, range: string | undefined, to: string | undefined) =>
      `${words}${up(from)}${range === undefined ? "" : range.replace(/\d+$/, up(to ?? ""))}`,
  );
}

function valid(before: string, after: string): string | undefined {
  return procedureIn(before) !== undefined && procedureIn(after) !== undefined ? after : undefined;
}
