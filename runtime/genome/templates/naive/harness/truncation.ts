/** Long results are cut, so that a few of them do not fill the context. */

const MAX_CHARACTERS = 3000;

export function shorten(text: string): string {
  return text.slice(0, MAX_CHARACTERS);
}
