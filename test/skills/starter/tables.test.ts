/** csv-total, csv-join, sort-table: what tables of real programs look like. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith, runScript } from "./run-script.ts";

async function total(content: string | Uint8Array, ...args: string[]) {
  const dir = await folderWith({ "t.csv": content });
  return runScript(dir, "csv-total/total", "t.csv", "--column", "amount", ...args);
}

describe("csv-total", () => {
  test.for<[string, string, string]>([
    [
      "quotes, CRLF and a byte order mark",
      '\uFEFFname,amount\r\n"a, b",1.5\r\n"say ""x""\r\ny",2\r\n',
      "3.5",
    ],
    ["semicolons and decimal commas", "name;amount\na;1.234,50\nb;0,5\n", "1235.00"],
    ["tabs", "name\tamount\na\t-3\nb\t1\n", "-2"],
    ["bars and thousands", "name|amount\na|1,000.25\nb|2\n", "1002.25"],
    ["sums that floating point gets wrong", "x,amount\na,0.1\nb,0.2\n", "0.3"],
    ["numbers beyond 2^53", "x,amount\na,9007199254740993\nb,1\n", "9007199254740994"],
    ["empty cells and no last line end", "x,amount\na,\nb,4", "4"],
    ["one column only", "amount\n1\n2\n", "3"],
    ["a column in another case", "x,Amount\na,7\n", "7"],
  ])("%s", async ([, content, expected]) => {
    const { code, out, err } = await total(content);
    expect(err).toBe("");
    expect(out).toContain(`total: ${expected}\n`);
    expect(code).toBe(0);
  });

  test.for<[string, string | Uint8Array, string]>([
    [
      "a delimiter that may be two",
      "a,b;amount\n1,2;3\n",
      'error: cannot tell the delimiter of t.csv: "," gives 2 columns, ";" gives 2 columns; pass --delimiter',
    ],
    [
      "a number that may be two",
      "x;amount\na;1,234\n",
      "error: t.csv line 2: 1,234 can be a thousand or a fraction; pass --decimal . or ,",
    ],
    [
      "points and commas in one column",
      "x;amount\na;1.5\nb;1,5\n",
      "error: t.csv mixes decimal points and decimal commas",
    ],
    ["text among the numbers", "x,amount\na,1\nb,n/a\n", "error: t.csv line 3: n/a is not a number"],
    ["no such column", "x,y\na,1\n", "error: t.csv has no column amount (it has x, y)"],
    ["a row that is too short", "x,amount\na,1\nb\n", "error: t.csv line 3 has 1 fields, the header has 2"],
    [
      "a quote that is never closed",
      'x,amount\n"a,1\n',
      "error: t.csv line 2: a quoted field is never closed",
    ],
    ["an empty file", "", "error: t.csv is empty"],
    [
      "latin-1",
      Buffer.from("näme,amount\na,1\n", "latin1"),
      "error: t.csv is not UTF-8 (looks like latin-1)",
    ],
    [
      "windows-1252",
      Buffer.from([0x80, 0x2c, 0x61, 0xe4]),
      "error: t.csv is not UTF-8 (looks like windows-1252)",
    ],
    [
      "UTF-16 with a mark",
      Buffer.from("\uFEFFx,amount\n", "utf16le"),
      "error: t.csv is not UTF-8 (looks like utf-16le)",
    ],
    [
      "UTF-16 without one",
      Buffer.from("x,amount\n", "utf16le").swap16(),
      "error: t.csv is not UTF-8 (looks like utf-16be)",
    ],
  ])("%s is an error that says so", async ([, content, expected]) => {
    const { code, out, err } = await total(content);
    expect(err).toBe(`${expected}\n`);
    expect(out).toBe("");
    expect(code).toBe(1);
  });

  test("counts the rows that a condition chooses", async () => {
    const content = "kind,amount\nred,1\nred wine,2\nred,3\n";
    expect((await total(content, "--rows", "kind is red")).out).toBe("rows: 2\ntotal: 4\n");
    expect((await total(content, "--rows", "kind is blue")).err).toMatch(
      /^error: t\.csv: no row has a value/,
    );
  });

  test("an option that is not known is named", async () => {
    expect((await total("amount\n1\n", "--colour", "red")).err).toMatch(/^error: Unknown option '--colour'/);
  });

  test("a missing file is named", async () => {
    const dir = await folderWith({});
    const { err, code } = await runScript(dir, "csv-total/total", "no.csv", "--column", "x");
    expect([err, code]).toEqual(["error: no.csv does not exist\n", 1]);
  });
});

describe("csv-join", () => {
  test("keeps every row of the first file", async () => {
    const dir = await folderWith({ "l.csv": "id,n\n1,a\n9,b\n1,c\n", "r.csv": 'x;id\n"p;q";1\n' });
    const { out } = await runScript(dir, "csv-join/join", "l.csv", "r.csv", "--key", "id", "--out", "o.csv");
    expect(out).toBe("rows: 3\nwithout a match: 1\n");
    expect(await readFile(join(dir, "o.csv"), "utf8")).toBe("id,n,x\n1,a,p;q\n9,b,\n1,c,p;q\n");
  });

  test("never multiplies rows", async () => {
    const dir = await folderWith({ "l.csv": "id,n\n1,a\n", "r.csv": "id,x\n1,p\n1,q\n" });
    const { err, code } = await runScript(
      dir,
      "csv-join/join",
      "l.csv",
      "r.csv",
      "--key",
      "id",
      "--out",
      "o.csv",
    );
    expect([err, code]).toEqual(["error: r.csv line 3: id 1 is there more than once\n", 1]);
  });
});

describe("sort-table", () => {
  const sorted = async (content: string, ...args: string[]): Promise<string> => {
    const dir = await folderWith({ "t.csv": content });
    await runScript(dir, "sort-table/sort", "t.csv", "--out", "o.csv", "--column", "k", ...args);
    return readFile(join(dir, "o.csv"), "utf8");
  };

  test("sorts numbers as numbers and keeps ties as they are", async () => {
    expect(await sorted("k,v\n10,a\n9,b\n10,c\n")).toBe("k,v\n9,b\n10,a\n10,c\n");
    expect(await sorted("k,v\n10,a\n9,b\n10,c\n", "--order", "largest first")).toBe("k,v\n10,a\n10,c\n9,b\n");
  });

  test("sorts a column with one word in it as text", async () => {
    expect(await sorted("k;v\n10;a\n9;b\nx;c\n")).toBe("k;v\n10;a\n9;b\nx;c\n");
  });
});
