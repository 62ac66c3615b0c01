import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOLE } from "../../../../../runtime/kernel/model/procedure/calls.ts";
import {
  fillCommand,
  shellQuote,
  splitCommand,
  UnsafeHole,
} from "../../../../../runtime/kernel/model/procedure/shell.ts";

const fill = (command: string, value: string): string =>
  fillCommand(splitCommand(command, HOLE), () => value);
const words = (command: string): string[] =>
  execFileSync("/bin/sh", ["-c", `set -- ${command}; for a in "$@"; do printf '%s\\0' "$a"; done`], {
    encoding: "utf8",
  })
    .split("\0")
    .slice(0, -1);

test("a quoted value is one word to a real shell, whatever is in it", () => {
  const text = fc
    .string({ unit: "binary", maxLength: 30 })
    .filter((value) => !value.includes("\0") && value.isWellFormed());
  fc.assert(
    fc.property(text, (value) => {
      expect(words(`${fill("{{x}}", value)} ${fill("a={{x}}", value)} ${fill('"{{x}}"', value)}`)).toEqual([
        value,
        `a=${value}`,
        value,
      ]);
    }),
    { numRuns: 40 },
  );
});

test("plain words stay readable", () => {
  expect(["a.csv", "x/y_z-1", "a b", "", "~", "it's"].map(shellQuote)).toEqual([
    "a.csv",
    "x/y_z-1",
    "'a b'",
    "''",
    "'~'",
    "'it'\\''s'",
  ]);
});

describe("holes where quoting would not hold are refused", () => {
  test.each([
    'echo "at {{x}}"',
    "echo 'at {{x}}'",
    "echo $'at\\' {{x}}'",
    'echo "$(cat "{{x}}")"',
    "echo `cat {{x}}`",
    "ls # {{x}}",
    "cat <<EOF\n{{x}}\nEOF",
    "echo ${{x}}",
    'echo "open {{x}}',
  ])("%s", (command) => {
    expect(() => splitCommand(command, HOLE)).toThrow(UnsafeHole);
  });

  test.each([
    "a#b {{x}}",
    'echo "it\'s" {{x}}',
    "echo \\' {{x}}",
    "cat <<EOF\nit's\nEOF\necho {{x}}",
    "$(cat {{x}})",
    "# it's\necho {{x}}",
  ])("but not in %s", (command) => {
    expect(fill(command, "v")).toBe(command.replace("{{x}}", "v"));
  });
});
