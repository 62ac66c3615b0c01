import fc from "fast-check";
import { expect, test } from "vitest";
import { LineTooLong, readLines } from "../../../../runtime/kernel/harness/lines.ts";

async function* chunksOf(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function linesOf(max: number, ...chunks: readonly (string | Uint8Array)[]): Promise<string[]> {
  return Array.fromAsync(readLines(chunksOf(...chunks), max));
}

test("lines are the same however the bytes are cut", async () => {
  const text = fc.array(fc.string({ unit: "grapheme" }).map((line) => line.replaceAll("\n", "")));
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(200)), async (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
      const at = [
        0,
        ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b),
        bytes.length,
      ];
      const chunks = at.map((from, i) => bytes.subarray(from, at[i + 1] ?? bytes.length));
      expect(await linesOf(10_000, ...chunks)).toEqual(lines);
    }),
    { numRuns: 100 },
  );
});

test("a character cut between two chunks stays whole", async () => {
  const bytes = Buffer.from("é€😀\n");
  expect(await linesOf(100, ...[...bytes].map((byte) => new Uint8Array([byte])))).toEqual(["é€😀"]);
});

test("half a line at the end is no line", async () => {
  expect(await linesOf(100, "whole\nhal", "f")).toEqual(["whole"]);
});

test("a line of just the limit passes, a longer one does not, whether or not it has ended", async () => {
  expect(await linesOf(4, "ab", "cd\n")).toEqual(["abcd"]);
  await expect(linesOf(4, "abcde\n")).rejects.toThrow(LineTooLong);
  await expect(linesOf(4, "abc", "de")).rejects.toThrow("longer than 4 bytes");
});

test("lines before one that is too long are given out first", async () => {
  const seen: string[] = [];
  const read = async (): Promise<void> => {
    for await (const line of readLines(chunksOf("one\ntwo\ntoo long\n"), 4)) seen.push(line);
  };
  await expect(read()).rejects.toThrow(LineTooLong);
  expect(seen).toEqual(["one", "two"]);
});

test("nothing is read ahead of what is asked for", async () => {
  let given = 0;
  async function* source(): AsyncGenerator<Buffer> {
    for (;;) {
      given++;
      yield Buffer.from("line\n");
    }
  }
  const lines = readLines(source(), 100);
  await lines.next();
  await lines.next();
  expect(given).toBe(2);
});
