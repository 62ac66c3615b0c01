/** Files as they are: cut, broken in the middle, empty, of another format, with secrets in them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readAllLines } from "../../../../../runtime/kernel/trajectory/import/read-lines.ts";
import { cleaner } from "../../../../../guardrails/secrets.ts";
import { badRows, readAll, runsOf, transcripts } from "./read.ts";

const folder = mkdtempSync(join(tmpdir(), "ratchet-import-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const chat = (id: string | undefined, more: object = {}): object => ({
  id,
  messages: [
    { role: "user", content: "Hi." },
    { role: "assistant", content: "Hello." },
  ],
  ...more,
});

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const lines = (...rows: (object | string)[]): string =>
  rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row))).join("\n");

test("one bad line of many is told by its number, and costs no other", async () => {
  const file = write(
    "one-bad.jsonl",
    lines(chat("a"), "", '{"messages":', chat("b"), chat("c", { messages: [{ role: "alien" }] })),
  );
  const reads = await readAll("openai-chat", file);
  expect(transcripts(reads).map(({ id }) => id)).toEqual(["a", "b"]);
  expect(badRows(reads)).toEqual([
    { row: 3, why: expect.stringContaining("it is no JSON") },
    { row: 5, why: expect.stringContaining("messages.0.role") },
  ]);
});

test.each([
  ["no messages", {}, "messages: there is no such field"],
  ["an empty conversation", { messages: [] }, "messages: "],
  ["nobody answered", { messages: [{ role: "user", content: "Hi." }] }, "none is an assistant's"],
  ["a reward that is a word", chat("x", { reward: "high" }), "reward: is not a number"],
  ["a label of another type", chat("x", { success: "yes" }), "success: is neither true nor false"],
  ["no object", [["a"]], "expected object"],
])("a row that cannot be understood is a bad row, not an empty run: %s", async (_, row, why) => {
  const file = write("bad.jsonl", JSON.stringify(row));
  const reads = await readAll("openai-chat", file);
  expect(transcripts(reads)).toEqual([]);
  expect(badRows(reads)).toEqual([{ row: 1, why: expect.stringContaining(why) }]);
});

const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;

test("a row that is nested too deeply is a bad row, and costs no other; such arguments stay a text", async () => {
  const calling = {
    role: "assistant",
    tool_calls: [{ id: "1", function: { name: "ls", arguments: nested(100_000) } }],
  };
  const deep = JSON.stringify(chat("deep", { more: "HERE" })).replace('"HERE"', nested(100_000));
  const file = write(
    "nested.jsonl",
    lines(chat("a"), deep, chat("b"), chat("calls", { messages: [calling] })),
  );
  const reads = await readAll("openai-chat", file);
  expect(badRows(reads)).toEqual([{ row: 2, why: expect.stringContaining("nested more than") }]);
  const [a, b, calls] = runsOf("openai-chat", reads);
  expect([a?.id, b?.id, calls?.id]).toEqual(["a", "b", "calls"]);
  expect(calls?.of("model_called")[0]?.reply?.content).toMatchObject([{ input: nested(100_000) }]);
});

test.each([
  ["final_metrics", { final_metrics: { total_prompt_tokens: 1e300 } }],
  ["steps.0.metrics", { steps: [{ source: "agent", message: "Hi.", metrics: { prompt_tokens: -1 } }] }],
])("a number of tokens that cannot be is a bad row: %s", async (where, fields) => {
  const row = { steps: [{ source: "agent", message: "Hi." }], ...fields };
  const reads = await readAll("atif", write("tokens.json", JSON.stringify(row)));
  expect(badRows(reads)).toEqual([{ row: 1, why: expect.stringContaining(where) }]);
});

test("a device is not read: it may have no end", async () => {
  await expect(readAll("openai-chat", "/dev/zero")).rejects.toThrow("neither a file nor a folder");
});

test("reading stops when told to, also within a line that never ends", async () => {
  const stop = new AbortController();
  async function* zeros(): AsyncGenerator<Buffer> {
    for (let chunks = 0; ; chunks++) {
      if (chunks === 10) stop.abort(new Error("stopped"));
      yield await Promise.resolve(Buffer.alloc(16));
    }
  }
  await expect(Array.fromAsync(readAllLines(zeros(), stop.signal))).rejects.toThrow("stopped");
});

test("secrets are taken out of keys, and of arguments whose escapes hide them", async () => {
  const secret = `sk-ant-${"a1B2c3D4".repeat(4)}`;
  const hidden = `{"env": {"KEY": "${secret.replace("sk-", "sk\\u002d")}", "${secret}": 1}}`;
  const plain = '{"text": "a\\u002db"}';
  const row = chat("a", {
    [secret]: 1,
    messages: [
      {
        role: "assistant",
        tool_calls: [hidden, plain].map((written, i) => ({
          id: `c${i}`,
          function: { name: "run", arguments: written },
        })),
      },
    ],
  });
  const file = write("hidden.jsonl", JSON.stringify(row));
  const [run] = runsOf("openai-chat", await readAll("openai-chat", file, cleaner([])));
  expect(JSON.stringify(run?.events)).not.toContain(secret);
  expect(run?.of("model_called")[0]?.reply?.content).toMatchObject([
    { input: { env: { KEY: "[redacted:anthropic-key]" } } },
    { input: { text: "a-b" } },
  ]);
});

test("labels that a table wrote as numbers or text are read", async () => {
  const labels = [{ success: 1 }, { success: "false" }, { reward: "1.0" }, { reward: "0" }];
  const file = write("labels.jsonl", lines(...labels.map((label) => chat(undefined, label))));
  const outcomes = transcripts(await readAll("openai-chat", file)).map(
    ({ transcript }) => transcript.outcome,
  );
  expect(outcomes).toEqual([true, false, true, false].map((pass) => ({ kind: "verified", pass })));
});

test("a session that is still written, and one that holds a summary only, are noted and no failure", async () => {
  const reply = { type: "assistant", sessionId: "s", message: { role: "assistant", content: "Hello." } };
  const going = await readAll("claude-code", write("going.jsonl", `${lines(reply)}\n{"type":"assi`));
  expect(transcripts(going)).toHaveLength(1);
  const summary = write("summary.jsonl", lines({ type: "summary", summary: "Old." }));
  const notes = [...going, ...(await readAll("claude-code", summary))].filter(({ kind }) => kind === "note");
  expect(notes).toMatchObject([
    { file: "going.jsonl", why: expect.stringContaining("its last line is cut off") },
    { file: "summary.jsonl", why: expect.stringContaining("no record is a reply") },
  ]);
  expect(badRows(going)).toEqual([]);
});

test.each(["openai-chat", "claude-code"])(
  "what is said of a broken row of %s quotes none of it",
  async (format) => {
    const first = { type: "assistant", message: { role: "assistant", content: "Hi." }, messages: [] };
    const file = write("quoted.jsonl", lines(first, "hunter2", '{"a": hunter2}', first));
    const said = (await readAll(format, file)).flatMap((read) => (read.kind === "bad" ? [read.why] : []));
    expect(said.filter((why) => why.startsWith("it is no JSON"))).toHaveLength(2);
    expect(said.join("\n")).not.toMatch(/hunter/);
  },
);

test("another format is not taken for ATIF", async () => {
  const step = { step_id: 1, source: "agent", message: "Hi." };
  const rows = [
    { schema_version: "OTLP-1", steps: [step] },
    { steps: [{ ...step, source: "robot" }] },
    chat("a"),
    { steps: [step] },
  ];
  const reads = await readAll("atif", write("other.jsonl", lines(...rows)));
  expect(badRows(reads).map(({ row, why }) => [row, why.split(":")[0]])).toEqual([
    [1, "schema_version"],
    [2, "steps.0.source"],
    [3, "it looks like openai-chat, not like atif (steps"],
  ]);
  expect(transcripts(reads)).toHaveLength(1);
});

test("a document over many lines, an array of rows, and lines under another name", async () => {
  const array = write("array.json", JSON.stringify([chat("a"), chat("b"), 7], null, 2));
  const one = write("one.json", JSON.stringify(chat("c"), null, 2));
  const many = write("many.json", `\uFEFF${lines(chat("d"), chat("e"))}\r\n`);
  const ids = async (file: string) => transcripts(await readAll("openai-chat", file)).map(({ id }) => id);
  expect([await ids(array), await ids(one), await ids(many)]).toEqual([["a", "b"], ["c"], ["d", "e"]]);
  expect(badRows(await readAll("openai-chat", array))).toMatchObject([{ row: 3 }]);
});

test("a document that was cut off, and an empty file, give no run", async () => {
  const cut = write("cut.json", JSON.stringify(chat("a"), null, 2).slice(0, 60));
  expect(badRows(await readAll("openai-chat", cut))).toMatchObject([
    { row: 1, why: expect.stringContaining("no JSON") },
  ]);
  const cutRow = write("cut.jsonl", `${lines(chat("a"))}\n${JSON.stringify(chat("b")).slice(0, 30)}`);
  expect(transcripts(await readAll("openai-chat", cutRow)).map(({ id }) => id)).toEqual(["a"]);
  expect(await readAll("openai-chat", write("empty.jsonl", "\n\n"))).toEqual([
    { kind: "note", file: "empty.jsonl", why: "it is empty" },
  ]);
});

test("a line of a session that is none costs no other", async () => {
  const user = { type: "user", sessionId: "s", message: { role: "user", content: "Hi." } };
  const reply = {
    type: "assistant",
    sessionId: "s",
    message: { id: "m", role: "assistant", content: [{ type: "text", text: "Hello." }] },
  };
  const reads = await readAll(
    "claude-code",
    write("s.jsonl", lines(user, "{", { type: "assistant", msg: {} }, reply)),
  );
  expect(badRows(reads).map(({ row }) => row)).toEqual([2, 3]);
  expect(runsOf("claude-code", reads)[0]?.of("model_called")[0]).toMatchObject({
    source: { step: 2 },
    reply: { content: [{ text: "Hello." }] },
  });
});

test("calls of one reply are together, also when the result of the first was written before the second", async () => {
  const use = (id: string): object => ({
    type: "assistant",
    sessionId: "p",
    message: { id: "m", role: "assistant", content: [{ type: "tool_use", id, name: "Read", input: {} }] },
  });
  const result = (id: string): object => ({
    type: "user",
    sessionId: "p",
    message: { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: id }] },
  });
  const rows = [
    use("a"),
    result("a"),
    use("b"),
    result("b"),
    { ...use("c"), message: { role: "assistant", content: "Done." } },
  ];
  const [run] = runsOf("claude-code", await readAll("claude-code", write("p.jsonl", lines(...rows))));
  expect(run?.of("model_called")).toHaveLength(2);
  expect(run?.requests.at(-1)).toMatchObject([
    { role: "assistant", content: [{ id: "a" }, { id: "b" }] },
    { role: "user", content: [{ tool_use_id: "a" }, { tool_use_id: "b" }] },
  ]);
});

test("nothing at a path, and a folder without such files, are told", async () => {
  mkdirSync(join(folder, "none"));
  await expect(readAll("atif", join(folder, "missing.json"))).rejects.toThrow("cannot be read");
  await expect(readAll("mini-swe-agent", join(folder, "none"))).rejects.toThrow(
    "holds no file that ends in .traj.json",
  );
});

test("equal rows without an id are told apart within a file", async () => {
  const first = transcripts(
    await readAll("openai-chat", write("ids.jsonl", lines(chat(undefined), chat(undefined)))),
  );
  const again = transcripts(await readAll("openai-chat", join(folder, "ids.jsonl")));
  expect(new Set(first.map(({ id }) => id)).size).toBe(2);
  expect(again.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
});

test("every text is changed before anything else sees it", async () => {
  const secret = {
    role: "assistant",
    content: "hush",
    tool_calls: [{ id: "a", function: { name: "f", arguments: '{"k":"hush"}' } }],
  };
  const row = {
    id: "a",
    note: ["hush"],
    messages: [secret, { role: "tool", tool_call_id: "a", content: "hush" }],
  };
  const reads = await readAll("openai-chat", write("secret.jsonl", lines(row)), (text) =>
    text.replaceAll("hush", "[redacted]"),
  );
  const [run] = runsOf("openai-chat", reads);
  expect(JSON.stringify(run?.events)).not.toContain("hush");
  expect(run?.of("tool_called")[0]).toMatchObject({ input: { k: "[redacted]" } });
});
