/**
 * Formats without an error mark have errors all the same, in the text: a result that begins as an error message does, a
 * Python traceback, or a JSON object whose `error` says something.
 */
export function readsAsError(text: string): boolean {
  const start = text.slice(0, 400).trimStart();
  if (
    /^(?:\W{0,3}error\b|fatal:|traceback \(most recent call last\)|(?:[\w.]+(?:error|exception))\b\s*[:(])/i.test(
      start,
    )
  )
    return true;
  return /^\{\s*"(?:error|err|exception)"\s*:\s*(?!null|false|""|\[\]|\{\})/.test(start);
}
