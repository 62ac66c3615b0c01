/** Long results are cut, so that a few of them do not fill the context. */

const MAX_CHARACTERS = 3000;

export function shorten(text: string): string {
  return text.length <= MAX_CHARACTERS ? text : text.slice(0, 1450) + "\n[...]\n" + text.slice(-1450);
}
