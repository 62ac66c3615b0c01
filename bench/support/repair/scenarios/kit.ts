/** What scenarios are put together from. */
import type { Action, Facts, Input, Step, Thought } from "../model/plan.ts";
import type { View } from "../model/view.ts";

export const OUT = "out.txt";

/** A figure that a seed and a name decide. */
export function figure(seed: number, name: string): number {
  let hash = 2_166_136_261 ^ seed;
  for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return 1000 + (hash % 9000);
}

const WORDS =
  "the clerk of harbour office noted grain cloth timber and salt in carts from northern road before evening rain while boats waited near old mill".split(
    " ",
  );

/** Lines of plain words without a figure: about this many bytes. */
export function prose(seed: number, bytes: number): string {
  let at = seed * 7 + 3;
  let text = "";
  while (text.length < bytes) {
    const line: string[] = [];
    for (let i = 0; i < 10; i += 1) {
      at = (at * 31 + 17) % 100_003;
      line.push(WORDS[at % WORDS.length] ?? "");
    }
    text += `${line.join(" ")}\n`;
  }
  return text;
}

/** Lines of hexadecimal digits. */
export function hex(seed: number, bytes: number): string {
  let at = seed * 131 + 7;
  let text = "";
  while (text.length < bytes) {
    let line = "";
    for (let i = 0; i < 16; i += 1) {
      at = (at * 48_271) % 2_147_483_647;
      line += (at % 65_536).toString(16).padStart(4, "0");
    }
    text += `${line}\n`;
  }
  return text;
}

export function read(path: string, learn?: Readonly<Record<string, RegExp>>): Step {
  return { actions: [reading(path)], ...(learn === undefined ? {} : { learn }) };
}

export function reading(path: string): Action {
  return { tool: "read", input: { path } };
}

/** `{name}` in the text stands for a fact. */
export function write(path: string, text: string): Step {
  return { actions: [writing(path, text)], uses: namesIn(text) };
}

export function writing(path: string, text: string): Action {
  return { tool: "write", input: (facts) => ({ path, content: withFacts(text, facts) }) };
}

export function bash(command: string, more: Input = {}): Action {
  return { tool: "bash", input: { command, ...more } };
}

export function withFacts(text: string, facts: Facts): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => facts[name] ?? whole);
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
}

/** Says this instead of going on, until somebody has said something after the last call `times` times. */
export function untilSpokenTo(thought: Thought, times = 1): NonNullable<Step["instead"]> {
  return (view) => (view.last.length >= times ? undefined : thought);
}

/** Says this instead of going on, until it was told so in these words. */
export function untilTold(
  words: RegExp,
  thought: (view: View, facts: Facts) => Thought,
): NonNullable<Step["instead"]> {
  return (view, facts) => (view.told.some((text) => words.test(text)) ? undefined : thought(view, facts));
}

/** What the harness says to a model that goes in circles. */
export const CIRCLES = /repeating the same calls/;

/** The step with something that the model does instead. */
export function odd(step: Step, instead: NonNullable<Step["instead"]>): Step {
  return { ...step, instead };
}
