/** How a value that varies from run to run is found in an instruction: what it looks like, and which words stand before it. */

export interface InputValues {
  /** One for each run. */
  readonly values: readonly string[];
  /** Regular expression whose group is the value. */
  readonly pattern: string;
}

/**
 * Name of the input that has these values, one for each instruction; a new one is added to `inputs`. Undefined when the
 * instructions do not tell the values.
 */
export function findInput(
  values: readonly string[],
  instructions: readonly string[],
  inputs: Map<string, InputValues>,
): string | undefined {
  const key = JSON.stringify(values);
  for (const [name, known] of inputs) if (JSON.stringify(known.values) === key) return name;
  const look = looksOf(values);
  const before = instructions.map((text, run) => wordBefore(text, values[run] ?? ""));
  if (look === undefined || before.includes(undefined)) return undefined;
  const leads = [...new Set(before.filter((word) => word !== undefined && word !== ""))];
  const lead = leads.length === 0 ? "" : `\\b(?:${leads.join("|")}) `;
  const pattern = `${lead}["'\`]?(${look.source})`;
  if (!finds(pattern, values, instructions)) return undefined;
  const name = freeName(look.name, inputs);
  inputs.set(name, { values, pattern });
  return name;
}

function looksOf(values: readonly string[]): { name: string; source: string } | undefined {
  const endings = new Set(values.map((value) => /\.([a-z]\w{0,5})$/i.exec(value)?.[1]));
  const [ending] = endings;
  if (!endings.has(undefined)) {
    return { name: "file", source: `[^\\s"'\`,]+\\.${endings.size === 1 ? ending : "\\w+"}` };
  }
  if (values.every((value) => /^\d+$/.test(value))) return { name: "number", source: "\\d+" };
  if (values.every((value) => /^[\w/-]+\/?$/.test(value) && value.includes("/")))
    return { name: "folder", source: "[\\w./-]+" };
  return values.every((value) => /^[\w-]+$/.test(value)) ? { name: "value", source: "[\\w-]+" } : undefined;
}

/** Undefined when the text does not name the value; empty when it begins with it. */
function wordBefore(text: string, value: string): string | undefined {
  const literal = RegExp.escape(value);
  const found = new RegExp(`(?:([a-z]+) )?["'\`]?(?<![\\w./-])${literal}(?![\\w/-]|\\.\\w)`, "i").exec(text);
  return found === null ? undefined : (found[1]?.toLowerCase() ?? "");
}

/** It must give the very values that the runs used. */
function finds(pattern: string, values: readonly string[], instructions: readonly string[]): boolean {
  return instructions.every((text, run) => new RegExp(pattern, "iu").exec(text)?.[1] === values[run]);
}

function freeName(kind: string, inputs: ReadonlyMap<string, InputValues>): string {
  let name = kind;
  for (let n = 2; inputs.has(name); n += 1) name = `${kind}${n}`;
  return name;
}
