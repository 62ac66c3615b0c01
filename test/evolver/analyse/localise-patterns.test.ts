import { expect, test } from "vitest";
import { patternsIn } from "../../../evolver/analyse/localise/patterns/index.ts";
import { loadTypeScript, parse } from "../../../guardrails/syntax.ts";

const GOOD = `/** Sends the parts one after the other. */
export async function send(parts: readonly string[], pause = 0): Promise<number> {
  let sent = 0;
  for (const part of parts) sent += await put(part, pause);
  return sent;
}
async function put(part: string, pauseMs: number): Promise<number> {
  const failed = part === "" && isFailed(part);
  return failed || pauseMs > 0 ? 0 : 1;
}
function isFailed(part: string): boolean {
  return part.length === 0;
}
export async function twice(parts: readonly string[], pauseMs: number): Promise<number> {
  const first = await send(parts, pauseMs);
  return first + (await send(parts, pauseMs));
}
`;

test("good code has none of the patterns", async () => {
  expect(await found(GOOD)).toEqual([]);
});

test.each([
  ["await send(parts, pauseMs);", "void send(parts, pauseMs);", "nobody waits for its end", "const first = "],
  ["await send(parts, pauseMs))", "await send(parts))", "pause is not given"],
  ["await send(parts, pauseMs))", "await put('x', 3))", "pauseMs is always 3"],
  [
    "for (const part of parts) sent += await put(part, pause);",
    "sent = (await Promise.all(parts.map((part) => put(part, pause)))).length;",
    "at once, where the comment says in order",
  ],
  ["&& isFailed(part)", "&& !Reply.isFailed", "failed are those that are not isFailed"],
  ["const first = await", "const waitMs = pauseMs * 1000, first = await", "milliseconds are converted again"],
  ["const first = await", "const half = pauseMs / KEEP_SHARE, first = await", "divided by KEEP_SHARE"],
  ["const first = await", "const bytes = parts.length, first = await", "bytes is a number of characters"],
  [
    "const first = await",
    "if (pauseMs < MAX_PAUSE) throw new Error(); const first = await",
    "gives up while below MAX_PAUSE",
  ],
  ["let sent = 0;", "let sent = 0; seen.add(sent);", "seen is never asked"],
  ["let sent = 0;", "let sent = 0; const a = put('', sent), b = put('', sent);", "b is computed just as a"],
  [
    "/** Sends the parts",
    "const sent = new Map(); sent.set(1, 2);\n/** Sends the parts",
    "sent outlives a run",
  ],
])("%s → %s", async (good, bad, why, dropped = "") => {
  const code = GOOD.replace(`${dropped}${good}`, bad);
  expect(code).not.toBe(GOOD);
  const line = code.split("\n").findIndex((text) => text.includes(bad.split("\n")[0] ?? bad)) + 1;
  expect(await found(code)).toContainEqual(expect.objectContaining({ file: "harness/a.ts", line, why }));
});

async function found(text: string) {
  const ts = await loadTypeScript();
  return patternsIn(ts, new Map([["harness/a.ts", parse(ts, "harness/a.ts", text)]]));
}
