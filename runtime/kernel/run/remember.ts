/** A pure function of text that gives what it gave before: the texts of a step pass by several times. */

export interface Remembering {
  (text: string): string;
  /** Holds nothing afterwards. */
  forget(): void;
}

/** Short texts are not kept, nor is what goes beyond so many characters. */
const WORTH_IT = 200;
const MOST = 4 * 1024 * 1024;

/** Gives what `change` gives, and asks it once for each long text. @param change a pure function */
export function remember(change: (text: string) => string): Remembering {
  const known = new Map<string, string>();
  let size = 0;
  const remembering = (text: string): string => {
    if (text.length < WORTH_IT) return change(text);
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = change(text);
    size += text.length;
    if (size <= MOST) known.set(text, made);
    return made;
  };
  return Object.assign(remembering, {
    forget() {
      known.clear();
      size = 0;
    },
  });
}
