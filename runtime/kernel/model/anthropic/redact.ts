/** Keeps keys out of every text that leaves the client. */

/**
 * Replaces each key in `text`, also where it is base64 or URL encoded, and anything else that looks like an Anthropic
 * key. Blank keys are ignored.
 */
export function redactKeys(text: string, keys: readonly string[]): string {
  const forms = keys.filter((key) => key.trim() !== "").flatMap(encodings);
  // Longest first: a key that contains another one must not leave its rest behind.
  const longestFirst = [...new Set(forms)].toSorted((a, b) => b.length - a.length);
  const withoutKeys = longestFirst.reduce((rest, form) => rest.replaceAll(form, REDACTED), text);
  return withoutKeys.replaceAll(/\bsk-ant-[\w-]{8,}/g, REDACTED);
}

/** The values among `headers` that grant access. */
export function secretHeaderValues(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .filter(([name]) => /auth|key|token|secret|cookie|password|credential/i.test(name))
    .flatMap(([, value]) => [value, value.replace(/^\w+\s+/, "")]);
}

const REDACTED = "[redacted]";

function encodings(key: string): string[] {
  const base64 = Buffer.from(key).toString("base64");
  return [key, encodeURIComponent(key), base64, base64.replace(/=+$/, ""), JSON.stringify(key).slice(1, -1)];
}
