/**
 * The coverage rule: the model acts only when it can account for every word of the instruction. What is left over is a
 * wish that the skill would not fulfil, and to act all the same would be a wrong answer that looks right.
 */
import { FILLER, POLITE, restricts } from "./filler.ts";
import type { Span } from "./match.ts";
import type { OfferedSkill } from "./offered-skills.ts";
import { readSections } from "./sections.ts";
import { codeSpans } from "./spans.ts";
import { stem } from "./stem.ts";
import { tokens, type Token } from "./words.ts";

/** What the inputs of a skill took from an instruction. */
export interface Taken {
  readonly values: ReadonlyMap<string, string>;
  /** Of the whole matches, in the instruction. */
  readonly spans: readonly Span[];
}

/** Pieces of the instruction that nothing in the skill accounts for, as they stand there; neighbours are one piece. */
export function leftOver(skill: OfferedSkill, { values, spans }: Taken, instruction: string): string[] {
  const text = instruction.replace(POLITE, (phrase) => " ".repeat(phrase.length));
  const known = vocabulary(skill);
  const given = new Set([...values.values()].flatMap((value) => [value.toLowerCase(), ...stemsIn(value)]));
  const pieces: { from: number; to: number }[] = [];
  let joins = false;
  for (const { token, follower } of withNeighbours(tokens(text))) {
    if (isFiller(token)) continue;
    const covered = spans.some((span) => holds(span, token)) || accountsFor(known, given, token, follower);
    const last = pieces.at(-1);
    if (!covered && joins && last !== undefined && /^[^\n.,;:!?()]*$/.test(text.slice(last.to, token.from)))
      last.to = token.to;
    else if (!covered) pieces.push({ from: token.from, to: token.to });
    joins = !covered;
  }
  return [...new Set(pieces.map(({ from, to }) => text.slice(from, to).replace(/[\s`"“”]+/g, " ")))];
}

/** What a skill says about itself: name, description, introduction, and the prose of its inputs and steps. */
interface Vocabulary {
  /** Names of files and the like, and quoted texts, as they stand. */
  readonly exact: ReadonlySet<string>;
  readonly stems: ReadonlySet<string>;
  /** Restricting words, each with its neighbour. */
  readonly pairs: ReadonlySet<string>;
}

function vocabulary({ name, description, body }: OfferedSkill): Vocabulary {
  const sections = readSections(body.replace(/\r\n?/g, "\n"));
  const text = [
    name,
    description,
    sections.get("") ?? "",
    ...["inputs", "steps"].map((heading) => prose(sections.get(heading) ?? "")),
  ].join("\n\n");
  const open = tokens(text, true);
  const exact = [...open.filter(({ kind }) => kind === "name"), ...tokens(text)].flatMap(({ kind, word }) =>
    kind === "word" ? [] : [word],
  );
  const stems = new Set<string>();
  const pairs = new Set<string>();
  for (const { token, follower } of withNeighbours(open)) {
    if (!restricts(token.word)) stems.add(stem(token.word));
    else pairs.add(pair(token, follower));
  }
  return { exact: new Set(exact), stems, pairs };
}

/** Without code blocks and expressions: what they hold is no promise to a reader. */
function prose(section: string): string {
  return section
    .replace(/^\s*(`{3,}|~{3,})[\s\S]*?^\s*\1[`~]*\s*$/gm, "")
    .split("\n")
    .map((line) =>
      codeSpans(line, true)
        .filter((_, index) => index % 2 === 0)
        .join(" "),
    )
    .join("\n");
}

function accountsFor(
  known: Vocabulary,
  given: ReadonlySet<string>,
  token: Token,
  follower: Token | undefined,
): boolean {
  if (given.has(token.word)) return true;
  switch (token.kind) {
    case "word":
      if (restricts(token.word)) return known.pairs.has(pair(token, follower));
      return known.stems.has(stem(token.word)) || given.has(stem(token.word));
    case "name":
      return known.exact.has(token.word);
    case "quoted":
      return known.exact.has(token.word) || tokens(token.word).every((inner) => given.has(inner.word));
    default:
      return token.kind satisfies never;
  }
}

function isFiller({ kind, word }: Token): boolean {
  return kind === "word" && FILLER.has(word);
}

/** The content words of each clause; a word's neighbour is the next one, or for the last one the one before. */
function withNeighbours(all: readonly Token[]): { token: Token; follower: Token | undefined }[] {
  const content = all.filter((token) => !isFiller(token));
  return content.map((token, at) => {
    const next = content[at + 1];
    const before = content[at - 1];
    const follower = [next, before].find((other) => other?.clause === token.clause);
    return { token, follower };
  });
}

function pair({ word }: Token, follower: Token | undefined): string {
  const [beside] = follower?.kind === "quoted" ? tokens(follower.word, true) : [follower];
  return `${word} ${stem(beside?.word ?? "")}`;
}

/** Words within a value: a file `orders.csv` lets an instruction speak of an order. */
function stemsIn(value: string): string[] {
  return tokens(value.replace(/[_./]/g, " "))
    .filter(({ word }) => !restricts(word))
    .map(({ word }) => stem(word));
}

function holds(span: Span, { from, to }: Token): boolean {
  return span.from <= from && to <= span.to;
}
