/** The `## Inputs` of a skill: what it needs, and how to find that in an instruction. */
import { locateAll, type Match, type Span } from "./match.ts";
import { BadProcedure, compile, VALUE_NAME, type Input } from "./procedure.ts";
import { codeSpans } from "./spans.ts";

/** @throws BadProcedure */
export function parseInputs(section: string): Input[] {
  const inputs: Input[] = [];
  for (const bullet of bullets(section)) {
    const input = parseInput(bullet);
    if (inputs.some(({ name }) => name === input.name))
      throw new BadProcedure(`input \`${input.name}\` is there twice`);
    inputs.push(input);
  }
  return inputs;
}

export type FoundInputs =
  | {
      readonly kind: "found";
      readonly values: ReadonlyMap<string, string>;
      /** Of the matches that gave a value, all that they took in. */
      readonly spans: readonly Span[];
    }
  | { readonly kind: "missing"; readonly name: string };

/** @throws SlowPattern */
export function findInputs(inputs: readonly Input[], instruction: string): FoundInputs {
  const values = new Map<string, string>();
  const matches: Match[] = [];
  for (const { name, patterns, otherwise } of inputs) {
    const match = findFree(patterns, instruction, matches);
    if (match !== undefined) matches.push(match);
    const value = match?.value ?? otherwise;
    if (value === undefined) return { kind: "missing", name };
    values.set(name, value);
  }
  return { kind: "found", values, spans: matches.map(({ whole }) => whole) };
}

/** The first match whose value no input before has taken: one mention is not the input and the output at once. */
function findFree(
  patterns: readonly RegExp[],
  instruction: string,
  taken: readonly Match[],
): Match | undefined {
  for (const pattern of patterns) {
    const free = locateAll(pattern, instruction).find(
      ({ at }) => !taken.some((other) => other.at.from === at.from && other.at.to === at.to),
    );
    if (free !== undefined) return free;
  }
  return undefined;
}

/** Each bullet as one line; lines that are indented below it belong to it. */
function bullets(section: string): string[] {
  const found: string[] = [];
  for (const line of section.split("\n")) {
    const bullet = /^ {0,3}[-*+][ \t]+(.*)$/.exec(line);
    if (bullet !== null) found.push(bullet[1] ?? "");
    else if (/^[ \t]+\S/.test(line) && found.length > 0) found.push(`${found.pop() ?? ""} ${line.trim()}`);
  }
  return found;
}

function parseInput(bullet: string): Input {
  const spans = codeSpans(bullet, true);
  const [before = "", name = "", note = ""] = spans;
  if (before.trim() !== "" || !VALUE_NAME.test(name)) {
    throw new BadProcedure(`inputs: "${bullet.slice(0, 60)}" does not begin with a name in backticks`);
  }
  const { otherwise, rest } = parseNote(note, spans.slice(3));
  const patterns = rest.map((source) => compile(source, "iu", `input \`${name}\``));
  if (patterns.length === 0 && otherwise === undefined) {
    throw new BadProcedure(`input \`${name}\` has neither an expression nor a default`);
  }
  return { name, patterns, otherwise };
}

/** `(default …)` with or without backticks, or `(optional)`, between the name and the colon; the expressions that follow. */
function parseNote(
  note: string,
  spans: readonly string[],
): { otherwise: string | undefined; rest: string[] } {
  const expressions = spans.filter((_, index) => index % 2 === 0);
  if (/^\s*\(optional\)/i.test(note)) return { otherwise: "", rest: expressions };
  if (/^\s*\(default\s*$/i.test(note)) return { otherwise: expressions[0] ?? "", rest: expressions.slice(1) };
  return { otherwise: /^\s*\(default\s+([^)]*?)\s*\)/i.exec(note)?.[1], rest: expressions };
}
