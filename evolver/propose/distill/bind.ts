/** Finds the values that a concrete call has in the places where a skill's call has holes, and puts holes where values are. */
import type { CallTemplate } from "../../../runtime/kernel/model/procedure/procedure.ts";
import { commandIn, textsIn, wordsOf, type CallEvent } from "./shape.ts";

/** Value by name of the hole. */
export type Binding = ReadonlyMap<string, string>;

/**
 * The call may differ from the template in words that have no hole. Undefined when it is no such call, or one name would have two
 * values.
 */
export function bind(template: CallTemplate, call: Pick<CallEvent, "name" | "input">): Binding | undefined {
  if (template.tool.toLowerCase() !== call.name.toLowerCase()) return undefined;
  switch (template.kind) {
    case "command": {
      const command = commandIn(call.input);
      if (command === undefined) return undefined;
      const marked = template.command.map((part, at) => (at % 2 === 0 ? part : mark(part))).join("");
      return bindWords(wordsOf(marked), wordsOf(command));
    }
    case "input": {
      const given = textsIn(call.input);
      const wanted = [...textsIn(template.input)];
      if (wanted.some(([key]) => !given.has(key))) return undefined;
      return merged(wanted.map(([key, text]) => bindText(text, given.get(key) ?? "")));
    }
    default:
      return template satisfies never;
  }
}

/** The text with a hole where a value stands as a whole word, or as the beginning of a path; the longest values first. */
export function withHoles(text: string, binding: Binding): string {
  const longest = [...binding].filter(([, value]) => value.length >= 2).toSorted(byLength);
  return longest.reduce((rest, [name, value]) => {
    const literal = RegExp.escape(value);
    const place = new RegExp(`'${literal}'|"${literal}"|(?<![\\w.{/-])${literal}(?![\\w}-]|\\.\\w)`, "g");
    return rest.replace(place, () => `{{${name}}}`);
  }, text);
}

/** The same places with the values of another run. Undefined when one of them has no value there. */
export function withValues(text: string, binding: Binding): string | undefined {
  let complete = true;
  const filled = text.replace(/\{\{([\w-]+)\}\}/g, (_, name: string) => {
    const value = binding.get(name);
    if (value === undefined) complete = false;
    return value ?? "";
  });
  return complete ? filled : undefined;
}

/** Private-use characters around the name, as the procedure model marks holes in YAML. */
function mark(name: string): string {
  return `\uE000${name}\uE001`;
}

function bindWords(template: readonly string[], words: readonly string[]): Binding | undefined {
  if (template.length !== words.length || template[0] !== words[0]) return undefined;
  return merged(template.map((word, at) => bindText(word, words[at] ?? "")));
}

/** Undefined when a text with holes does not fit; a text without any binds nothing, whatever stands there. */
function bindText(template: string, text: string): Binding | undefined {
  const parts = template.split(/\uE000([^\uE001]*)\uE001/);
  if (parts.length === 1) return new Map();
  const source = parts.map((part, at) => (at % 2 === 0 ? RegExp.escape(part) : "([\\s\\S]+?)")).join("");
  const groups = new RegExp(`^${source}$`, "u").exec(text);
  if (groups === null) return undefined;
  return merged(
    parts.flatMap((name, at) => (at % 2 === 0 ? [] : [new Map([[name, groups[(at + 1) / 2] ?? ""]])])),
  );
}

function merged(bindings: readonly (Binding | undefined)[]): Binding | undefined {
  const all = new Map<string, string>();
  for (const binding of bindings) {
    if (binding === undefined) return undefined;
    for (const [name, value] of binding) {
      if ((all.get(name) ?? value) !== value) return undefined;
      all.set(name, value);
    }
  }
  return all;
}

function byLength([, a]: readonly [string, string], [, b]: readonly [string, string]): number {
  return b.length - a.length;
}
