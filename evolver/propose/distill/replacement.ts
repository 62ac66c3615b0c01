/** "Use X instead of Y" in a person's words, and what it means for a skill. */

export interface Replacement {
  readonly wanted: string;
  readonly unwanted: string;
}

/** What stands for a thing in a sentence: a quoted text, or a word. */
const THING = "(`[^`]+`|\"[^\"]+\"|'[^']+'|[^\\s,;!?\"'`]+)";
const FORMS: readonly { readonly form: RegExp; readonly order: "wanted first" | "unwanted first" }[] = [
  {
    form: new RegExp(`${THING} (?:instead of|rather than|in place of) ${THING}`, "iu"),
    order: "wanted first",
  },
  {
    form: new RegExp(`(?:replace|change) ${THING} (?:with|by|to|into) ${THING}`, "iu"),
    order: "unwanted first",
  },
  { form: new RegExp(`\\bnot ${THING},? but ${THING}`, "iu"), order: "unwanted first" },
  { form: new RegExp(`${THING},? (?:and )?not ${THING}`, "iu"), order: "wanted first" },
];
/** "No, use X": what X takes the place of has to be of the same kind. */
const WANTED = new RegExp(`\\b(?:use|take|write|with|want|be) (?:an? |the )?${THING}`, "iu");

/** All readings of what was said, the most explicit first. */
export function replacementIn(said: string): Replacement[] {
  for (const { form, order } of FORMS) {
    const [, one, other] = form.exec(said) ?? [];
    if (one === undefined || other === undefined) continue;
    const [wanted, unwanted] = order === "wanted first" ? [one, other] : [other, one];
    return [{ wanted: meant(wanted), unwanted: meant(unwanted) }].filter(
      (reading) => reading.wanted !== reading.unwanted,
    );
  }
  const [, only] = WANTED.exec(said) ?? [];
  if (only === undefined) return [];
  const wanted = meant(only);
  const kind = KINDS.find((signs) => signs.includes(wanted));
  return (kind ?? []).filter((sign) => sign !== wanted).map((unwanted) => ({ wanted, unwanted }));
}

/** Signs that people call by their names. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["comma", ","],
  ["semicolon", ";"],
  ["colon", ":"],
  ["tab", "\\t"],
  ["pipe", "|"],
  ["bar", "|"],
  ["space", " "],
  ["dash", "-"],
  ["hyphen", "-"],
  ["underscore", "_"],
  ["dot", "."],
  ["slash", "/"],
]);

/** Signs, words and units that can take each other's place. */
const KINDS: readonly (readonly string[])[] = [
  [",", ";", "\\t", "|", ":"],
  ["-", "_", ".", "/"],
  ["ascending", "descending"],
  ["upper", "lower"],
  ["json", "csv", "yaml", "tsv"],
  ["utf-8", "utf-16le", "latin-1"],
];

function meant(thing: string): string {
  const quoted = /^([`"'])(.*)\1$/.exec(thing)?.[2];
  if (quoted !== undefined) return quoted;
  const word = thing.replace(/[.:]+$/, "");
  return NAMES.get(word.toLowerCase().replace(/s$/, "")) ?? NAMES.get(word.toLowerCase()) ?? word;
}

/**
 * The skill with the one in place of the other, where it is a default of an input, or stands by itself in a block of a step: as a word,
 * or as a quoted text. Undefined where it does so nowhere.
 */
export function replaceInSkill(skill: string, { wanted, unwanted }: Replacement): string | undefined {
  const section = /^(## (?:inputs|steps|answer)\s*$)([\s\S]*?)(?=^##? |(?![\s\S]))/gim;
  const after = skill.replace(section, (_, heading: string, text: string) => {
    const isInputs = /inputs/i.test(heading);
    return heading + (isInputs ? inDefaults(text, wanted, unwanted) : inBlocks(text, wanted, unwanted));
  });
  return after === skill ? undefined : after;
}

function inDefaults(text: string, wanted: string, unwanted: string): string {
  return text.replace(/\(default (`?)([^)`]*)\1\)/gi, (whole, tick: string, value: string) =>
    value === unwanted ? `(default ${tick || "`"}${wanted}${tick || "`"})` : whole,
  );
}

function inBlocks(text: string, wanted: string, unwanted: string): string {
  const literal = RegExp.escape(unwanted);
  const word = /^\w/.test(unwanted)
    ? new RegExp(`(?<![\\w.{/-])${literal}(?![\\w}-]|\\.\\w)`, "g")
    : new RegExp(`(?<=["'])${literal}(?=["'])|(?<=\\s)${literal}(?=\\s|$)`, "gm");
  // A sign that a shell would take for its own stands in quotes.
  const quoted = (at: string): string =>
    /["']/.test(at) || /^[\w.:/@%+-]+$/.test(wanted) ? wanted : `'${wanted}'`;
  return text.replace(/^( *)```[\s\S]*?^\1```/gm, (block) =>
    block.replace(word, (_, ...rest: unknown[]) => {
      const offset = rest.findLast((item) => typeof item === "number") ?? 0;
      return quoted(block.charAt(offset - 1));
    }),
  );
}
