import fc from "fast-check";
import { expect, test } from "vitest";
import { byteLength, resultLimits, truncate } from "../../../runtime/genome/harness/truncation.ts";

const unicode = fc.string({
  unit: fc.constantFrom("a", "é", "€", "😀", "\n", " ", "\u0000"),
  maxLength: 400,
});
const limits = fc.record({ bytes: fc.integer({ min: 1, max: 300 }), lines: fc.integer({ min: 1, max: 20 }) });

test("sizes are those of UTF-8", () => {
  fc.assert(
    fc.property(unicode, (text) => {
      expect(byteLength(text)).toBe(Buffer.byteLength(text));
    }),
  );
});

test("a text within the limits stays as it is", () => {
  fc.assert(
    fc.property(unicode, (text) => {
      const shown = truncate(text, { bytes: Buffer.byteLength(text), lines: text.split("\n").length });
      expect(shown).toEqual({ text, truncated: false, missing: 0 });
    }),
  );
});

test("neither limit is ever exceeded, the marker included", () => {
  fc.assert(
    fc.property(unicode, limits, fc.nat(10_000), (text, limit, more) => {
      const shown = truncate(text, limit, Buffer.byteLength(text) + more);
      expect(Buffer.byteLength(shown.text)).toBeLessThanOrEqual(limit.bytes);
      expect(shown.text.split("\n").length).toBeLessThanOrEqual(limit.lines);
    }),
    { numRuns: 1_000 },
  );
});

test("no code point is cut", () => {
  fc.assert(
    fc.property(unicode, limits, (text, limit) => {
      expect(truncate(text, limit).text.isWellFormed()).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test("what is shown is head and tail, and the marker counts exactly what is not", () => {
  fc.assert(
    fc.property(unicode, limits, fc.nat(10_000), (text, limit, more) => {
      const total = Buffer.byteLength(text) + more;
      const shown = truncate(text, limit, total);
      const [head = "", tail = ""] = shown.text.split(/\n?\[… \d+ of \d+ bytes not shown …\]\n?/);
      expect(text.startsWith(head) && text.endsWith(tail)).toBe(true);
      expect(shown.missing).toBe(total - Buffer.byteLength(head) - Buffer.byteLength(tail));
      expect(shown.truncated).toBe(shown.missing > 0);
      const marker = /\[….*…\]/.exec(shown.text)?.[0];
      expect([undefined, `[… ${shown.missing} of ${total} bytes not shown …]`]).toContain(marker);
    }),
    { numRuns: 1_000 },
  );
});

test("head and tail both survive, by bytes and by lines", () => {
  const byBytes = truncate(`HEAD${"x".repeat(10_000)}TAIL`, { bytes: 200, lines: 10 });
  expect(byBytes.text).toMatch(/^HEAD[^]*TAIL$/);
  const numbered = Array.from({ length: 100 }, (_, i) => `line ${i + 1}`).join("\n");
  const byLines = truncate(numbered, { bytes: 10_000, lines: 7 });
  const missing =
    Buffer.byteLength(numbered) - Buffer.byteLength("line 1\nline 2\nline 3line 98\nline 99\nline 100");
  expect(byLines).toEqual({
    text: `line 1\nline 2\nline 3\n[… ${missing} of ${Buffer.byteLength(numbered)} bytes not shown …]\nline 98\nline 99\nline 100`,
    truncated: true,
    missing,
  });
});

test("a side that needs little leaves the room to the other", () => {
  const shown = truncate(`${"x".repeat(10_000)}\n${"\n".repeat(30)}end`, { bytes: 1_000, lines: 10 });
  expect(Buffer.byteLength(shown.text)).toBeGreaterThan(900);
});

test("text that looks like a marker is only text", () => {
  const text = "[… 5 of 10 bytes not shown …]";
  expect(truncate(text, { bytes: 100, lines: 5 }).truncated).toBe(false);
});

test("limits shrink with the context and with the batch", () => {
  expect(resultLimits(200_000, 1).bytes).toBeGreaterThan(resultLimits(8_000, 1).bytes);
  expect(resultLimits(8_000, 1).bytes).toBeGreaterThan(resultLimits(8_000, 4).bytes);
});

test("a text that was cut before says so, however short it is", () => {
  expect(truncate("abc", { bytes: 100, lines: 5 }, 1_000)).toEqual({
    text: "abc\n[… 997 of 1000 bytes not shown …]",
    truncated: true,
    missing: 997,
  });
});
