import { describe, expect, it } from "vitest";
import { clean, count, money, oneLine, seconds, table, toJson } from "../../../runtime/cli/output.ts";

describe("text of others", () => {
  const hostile = "a\u001B]0;title\u0007b\u001B[2Jc\u009B31md\re\u0000f\u202Eg\u2066h";

  it("loses everything that a terminal obeys, and what reorders it", () => {
    for (const text of [clean(hostile), oneLine(hostile)])
      expect(text).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
    expect(oneLine(hostile)).toContain("a");
    expect(oneLine(hostile)).toMatch(/g.*h$/);
  });

  it("keeps lines and tabs where they are wanted", () => {
    expect(clean("a\tb\r\nc\n")).toBe("a\tb\nc\n");
    expect(oneLine(" a\tb\r\n c\n")).toBe("a b c");
  });

  it("is escaped in JSON, and still the same text", () => {
    const value = { text: `${hostile}\u007F\u061C\u200E\u200F` };
    for (const json of [toJson(value), toJson(value, 2)]) {
      expect(json.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u);
      expect(JSON.parse(json)).toEqual(value);
    }
    expect(toJson(value)).not.toContain("\n");
  });

  it("is cut at whole characters", () => {
    expect(oneLine("😀😀😀😀", 3)).toBe("😀😀…");
    expect(oneLine("abc", 3)).toBe("abc");
  });
});

describe("table", () => {
  it("lines up columns, whatever their letters and colours", () => {
    const rows = [
      ["a", "1", "x"],
      ["日本", "\u001B[32m22\u001B[39m", "y"],
      ["e\u0301te\u0301", "3", ""],
    ];
    expect(table(rows)).toBe("a     1   x\n日本  \u001B[32m22\u001B[39m  y\ne\u0301te\u0301   3");
  });
});

describe("figures", () => {
  it("have their units", () => {
    expect([money(null), money(0), money(0.12345), money(12.3)]).toEqual([
      "price unknown",
      "$0.0000",
      "$0.1235",
      "$12.30",
    ]);
    expect([
      seconds(1.25),
      seconds(59.94),
      seconds(59.96),
      seconds(60),
      seconds(119.7),
      seconds(125),
    ]).toEqual(["1.3 s", "59.9 s", "1 min 0 s", "1 min 0 s", "2 min 0 s", "2 min 5 s"]);
    expect([count(1, "step"), count(0, "step"), count(2, "patch", "patches")]).toEqual([
      "1 step",
      "0 steps",
      "2 patches",
    ]);
  });
});
