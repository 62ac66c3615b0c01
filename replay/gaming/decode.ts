/** Texts that a text may hide: in other alphabets of the same letters, backwards, or taken apart. */

const MOST = 200_000;

/** Everything that the text amounts to besides itself; guesses that make no sense are harmless, as nothing matches them. */
export function decoded(text: string): string[] {
  if (text.length > MOST) return [];
  const found = [backwards(text), rot13(text), unescaped(text)];
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{8,}={0,2}/g)) found.push(...fromBase64(run));
  for (const [run] of text.matchAll(/(?:[0-9a-fA-F]{2}[\s,:]?){4,}/g)) {
    found.push(...readable(Buffer.from(run.replace(/[^0-9a-fA-F]/g, ""), "hex")));
  }
  for (const [run] of text.matchAll(/\d{2,6}(?:[\s,;]+\d{2,6}){3,}/g))
    found.push(fromCodes(run.match(/\d+/g) ?? []));
  return found.filter((other) => other !== "" && other !== text);
}

/** By characters, so that none is torn apart. */
export function backwards(text: string): string {
  return Array.from(text).toReversed().join("");
}

function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= "Z" ? 65 : 97;
    return String.fromCodePoint((((letter.codePointAt(0) ?? 0) - base + 13) % 26) + base);
  });
}

/** `\u0074`, `\x74`, `%74`, `&#116;`. */
function unescaped(text: string): string {
  return text
    .replace(
      /\\u\{?([0-9a-f]{2,6})\}?|\\x([0-9a-f]{2})|%([0-9a-f]{2})|&#x([0-9a-f]{1,6});/gi,
      (whole, ...hex) =>
        character(Number.parseInt(String(hex.slice(0, 4).find((one) => typeof one === "string")), 16), whole),
    )
    .replace(/&#(\d{1,7});/g, (whole, code) => character(Number(code), whole));
}

function fromBase64(run: string): string[] {
  // Ordinary words are Base64 too; what they amount to is no text.
  return [0, 1, 2, 3].flatMap((start) => readable(Buffer.from(run.slice(start), "base64")));
}

function readable(bytes: Buffer): string[] {
  const text = bytes.toString();
  const odd = text.match(/[^\p{L}\p{N}\p{P}\p{S}\p{Zs}\n\r\t]|\uFFFD/gu)?.length ?? 0;
  return text.length >= 3 && odd <= text.length / 10 ? [text] : [];
}

function fromCodes(codes: readonly string[]): string {
  return codes.map((code) => character(Number(code), " ")).join("");
}

function character(code: number, otherwise: string): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : otherwise;
}
