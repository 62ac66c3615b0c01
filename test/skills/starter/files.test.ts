/** The other starter skills: JSON, file names, changelogs, reports, words, receipts, encodings. */
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith, runScript } from "./run-script.ts";

describe("json-pick", () => {
  const pick = async (value: unknown, fields: string) => {
    const dir = await folderWith({ "in.json": typeof value === "string" ? value : JSON.stringify(value) });
    const run = await runScript(dir, "json-pick/pick", "in.json", "--fields", fields, "--out", "out.json");
    return run.code === 0 ? JSON.parse(await readFile(join(dir, "out.json"), "utf8")) : run.err;
  };

  test("picks nested fields out of an envelope", async () => {
    const value = { meta: 1, rows: [{ a: 1, b: { c: 2 }, d: 3 }, { a: 4 }] };
    expect(await pick(value, "a, b.c and d")).toEqual([
      { a: 1, "b.c": 2, d: 3 },
      { a: 4, "b.c": null, d: null },
    ]);
  });

  test.for<[unknown, string]>([
    [{ a: [], b: [] }, "error: in.json holds several lists: a, b\n"],
    [{ a: 1 }, "error: in.json holds no list\n"],
    [[{ b: 1 }], "error: no record of in.json has a field a\n"],
  ])("%j is an error", async ([value, expected]) => {
    expect(await pick(value, "a")).toBe(expected);
  });

  test("broken JSON is named", async () => {
    expect(await pick("{", "a")).toMatch(/^error: in\.json is not JSON: /);
  });
});

describe("tidy-file-names", () => {
  test("never overwrites and leaves folders alone", async () => {
    const dir = await folderWith({
      "d/A B.txt": "1",
      "d/a-b.txt": "2",
      "d/Ä-b.TXT": "3",
      "d/sub dir/X.txt": "4",
      "d/...": "5",
    });
    const { out } = await runScript(dir, "tidy-file-names/tidy", "d");
    expect((await readdir(join(dir, "d"))).toSorted()).toEqual([
      "a-b-2.txt",
      "a-b-3.txt",
      "a-b.txt",
      "file",
      "sub dir",
    ]);
    expect(out).toContain("renamed: 3 of 4\n");
    expect(await readFile(join(dir, "d/a-b.txt"), "utf8")).toBe("2");
  });

  test("a missing folder is named", async () => {
    const { err, code } = await runScript(await folderWith({}), "tidy-file-names/tidy", "nowhere");
    expect([err, code]).toEqual(["error: nowhere cannot be listed (ENOENT)\n", 1]);
  });
});

describe("git-changelog", () => {
  test("sorts subjects into sections and removes its scratch file", async () => {
    const subjects = "feat(cli)!: drop x\nfix: y: z\nchore: no\nwords\nfeat: w\n";
    const dir = await folderWith({ s: subjects });
    const { out } = await runScript(
      dir,
      "git-changelog/changelog",
      "s",
      "--version",
      "v1.0.0",
      "--out",
      "N.md",
    );
    expect(out).toBe("entries: 3\n");
    expect(await readFile(join(dir, "N.md"), "utf8")).toBe(
      "## v1.0.0\n\n### Added\n\n- drop x (breaking)\n- w\n\n### Fixed\n\n- y: z\n",
    );
    expect(await readdir(dir)).toEqual(["N.md"]);
  });

  test("an existing file stays as it is", async () => {
    const dir = await folderWith({ s: "feat: a\n", "N.md": "mine" });
    const { err } = await runScript(dir, "git-changelog/changelog", "s", "--version", "v1", "--out", "N.md");
    expect(err).toBe("error: N.md exists already; choose another name or remove it first\n");
    expect(await readFile(join(dir, "N.md"), "utf8")).toBe("mine");
  });
});

describe("port-mismatch", () => {
  test.for<[string[], string]>([
    [["a=1", "b=2", "c=1"], "fault: b: 2 should be 1\n"],
    [["a=1", "b=1", "c=1"], "fault: none, all are 1\n"],
    [["a=1", "b=2", "c=3"], "error: no single value stands out: a=1 b=2 c=3\n"],
    [["a=1", "b=2"], "error: it takes three values to tell which one is wrong\n"],
    [["a=1", "b=1", "c=2", "d=2"], "error: no single value stands out: a=1 b=1 c=2 d=2\n"],
  ])("%j", async ([args, expected]) => {
    const { out, err } = await runScript(await folderWith({}), "port-mismatch/odd-one-out", ...args);
    expect(out + err).toBe(expected);
  });
});

describe("http-lookup", () => {
  test.for<[string, string, string]>([
    ['{"a":{"b":1.50}}', "a.b", "value: 1.5\n"],
    ['{"a":0}', "a", "value: 0\n"],
    ['{"a":1}', "b", "error: the answer has no field b (it has a)\n"],
    ["<html>", "b", "error: the answer is not JSON"],
  ])("%s %s", async ([json, field, expected]) => {
    const { out, err } = await runScript(await folderWith({}), "http-lookup/field", json, "--field", field);
    expect(out + err).toContain(expected);
  });
});

describe("test-report", () => {
  test("reads failures, errors and entities, and nothing inside CDATA", async () => {
    const xml = `<?xml version="1.0"?><testsuites><testsuite name="s &amp; t">
      <testcase name="slow but fine" time="9"/><testcase name="a &lt; b" time='2.5'><error/></testcase>
      <testcase name="cut" time="1"><system-out><![CDATA[<failure/>]]></system-out></testcase>
      <testcase name="f" time="2"><failure message="1 > 0">x</failure></testcase>
      <testcase name="s" time="7"><skipped/></testcase></testsuite></testsuites>`;
    const { out } = await runScript(await folderWith({ "r.xml": xml }), "test-report/report", "r.xml");
    expect(out).toContain("failed: 2 of 5\n");
    expect(out).toContain("slowest failure: s & t > a < b\n");
  });

  test("a file without tests is no report", async () => {
    const { err } = await runScript(await folderWith({ "r.xml": "<x/>" }), "test-report/report", "r.xml");
    expect(err).toBe("error: r.xml holds no <testcase>; is it a JUnit report?\n");
  });
});

describe("word-frequency", () => {
  test("counts words of any alphabet, whatever their case and composition", async () => {
    const dir = await folderWith({ "t.txt": "Été e\u0301te\u0301 don't, DON'T! дом 42 été" });
    await runScript(dir, "word-frequency/count", "t.txt", "--top", "3", "--out", "o.txt");
    expect(await readFile(join(dir, "o.txt"), "utf8")).toBe("été 3\ndon't 2\nдом 1\n");
  });
});

describe("receipts-ledger", () => {
  const add = async (dir: string, receipt: string) =>
    runScript(dir, "receipts-ledger/add", receipt, "--ledger", "l.csv");

  test("reads dates and totals as tills print them", async () => {
    const dir = await folderWith({
      "a.txt": "Miller, Sons\r\n2026-03-04\r\nSubtotal 1.00\r\nTOTAL  1,234.50\r\n",
      "b.txt": "Café\nDate: 5.3.2026 10:00\nTotal EUR   7,90\nCash 10,00\n",
    });
    await add(dir, "a.txt");
    await add(dir, "b.txt");
    expect(await readFile(join(dir, "l.csv"), "utf8")).toBe(
      'file,date,shop,total\na.txt,2026-03-04,"Miller, Sons",1234.50\nb.txt,2026-03-05,Café,7.90\n',
    );
    expect((await add(dir, "b.txt")).err).toBe("error: b.txt is in l.csv already\n");
  });

  test("never guesses a total", async () => {
    const dir = await folderWith({
      "a.txt": "Shop\n2026-01-01\nTotal on account\nSum 3.00\n",
      "b.txt": "Shop\nTotal 3.00\n",
    });
    expect((await add(dir, "a.txt")).err).toBe("error: a.txt: no total found\n");
    expect((await add(dir, "b.txt")).err).toBe("error: b.txt: no date found\n");
    expect(await readdir(dir)).toEqual(["a.txt", "b.txt"]);
  });
});

describe("to-utf8", () => {
  test.for<[string, Buffer]>([
    ["latin-1", Buffer.from("Zoë\x80", "latin1")],
    ["utf-16le", Buffer.from("\uFEFFZoë\x80", "utf16le")],
    ["utf-16be", Buffer.from("\uFEFFZoë\x80", "utf16le").swap16()],
  ])("%s, with the original kept", async ([encoding, bytes]) => {
    const dir = await folderWith({ "t.txt": bytes });
    await runScript(dir, "to-utf8/to-utf8", "t.txt", "--from", encoding);
    expect(await readFile(join(dir, "t.txt"), "utf8")).toBe("Zoë\x80");
    expect(await readFile(join(dir, "t.txt.orig"))).toEqual(bytes);
  });

  test("windows-1252 has signs where latin-1 has none", async () => {
    const dir = await folderWith({ "t.txt": Buffer.from([0x80]) });
    await runScript(dir, "to-utf8/to-utf8", "t.txt", "--from", "windows-1252");
    expect(await readFile(join(dir, "t.txt"), "utf8")).toBe("€");
  });

  test("does not convert twice, and changes nothing when it cannot", async () => {
    const dir = await folderWith({
      "t.txt": Buffer.from([0xe4]),
      "t.txt.orig": "first",
      "u.txt": Buffer.from([0x61]),
    });
    const run = (file: string, from: string) => runScript(dir, "to-utf8/to-utf8", file, "--from", from);
    expect((await run("t.txt", "latin-1")).err).toBe(
      "error: t.txt.orig cannot be written (EEXIST); t.txt is unchanged\n",
    );
    expect((await run("u.txt", "utf-16le")).err).toBe("error: u.txt is not utf-16le either\n");
    expect((await run("u.txt", "ebcdic")).err).toMatch(/^error: ebcdic is not an encoding that this knows/);
    expect(await readFile(join(dir, "t.txt"))).toEqual(Buffer.from([0xe4]));
    expect(await readdir(dir)).toEqual(["t.txt", "t.txt.orig", "u.txt"]);
  });
});
