import { describe, expect, it } from "vitest";
import { capped, HeadAndTail, MAX_CONTENT_BYTES } from "../../../../runtime/kernel/tools/result.ts";

describe("capped", () => {
  it("leaves what fits alone, to the last byte", () => {
    const text = "é".repeat(MAX_CONTENT_BYTES / 2);
    expect(capped(text)).toEqual({ content: text, total_bytes: MAX_CONTENT_BYTES });
  });

  it("keeps head and tail, says how much is missing, and stays under the cap", () => {
    const text = `START${"x".repeat(MAX_CONTENT_BYTES)}END`;
    const { content, total_bytes } = capped(text);
    expect(total_bytes).toBe(MAX_CONTENT_BYTES + 8);
    expect(content.startsWith("START")).toBe(true);
    expect(content.endsWith("END")).toBe(true);
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(MAX_CONTENT_BYTES);
    const missing = Number(/\[\.\.\. (\d+) bytes left out \.\.\.\]/.exec(content)?.[1]);
    const kept = Buffer.byteLength(content.replace(/\n\[\.\.\. \d+ bytes left out \.\.\.\]\n/, ""));
    expect(kept + missing).toBe(total_bytes);
  });

  it.each([0, 1, 2, 3])("never cuts a character, at offset %i", (offset) => {
    const { content } = capped("a".repeat(offset) + "😀".repeat(MAX_CONTENT_BYTES / 2));
    expect(content).not.toContain("\uFFFD");
  });

  it("makes text of any bytes, still under the cap", () => {
    const { content, total_bytes } = capped(Buffer.alloc(MAX_CONTENT_BYTES, 0xff));
    expect(total_bytes).toBe(MAX_CONTENT_BYTES);
    expect(content.isWellFormed()).toBe(true);
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(MAX_CONTENT_BYTES);
  });
});

describe("HeadAndTail", () => {
  it("gives the same for pieces of any size as for the whole", () => {
    const whole = Buffer.from(Array.from({ length: 120_000 }, (_, i) => `line ${i}\n`).join(""));
    const expected = capped(whole);
    for (const size of [1000, 65_536, 300_000, whole.length]) {
      const collector = new HeadAndTail();
      for (let at = 0; at < whole.length; at += size) collector.push(whole.subarray(at, at + size));
      expect(collector.result()).toEqual(expected);
    }
  });
});
