import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packagesOf } from "../../../evolver/process/packages.ts";
import { privateFolder } from "../../guardrails/sandbox/tiers.ts";

test("finds packages beside, above and inside the one that asks", () => {
  const top = privateFolder();
  const self = install(top, "node_modules/ratchet-agent");
  const parser = install(top, "node_modules/parser", { dependencies: { words: "1", "@scope/core": "1" } });
  const core = install(top, "node_modules/@scope/core", { dependencies: { words: "1" } });
  const nested = install(self, "node_modules/lines");
  const words = install(top, "node_modules/words");
  // Comes along with the folder that it lies in.
  install(parser, "node_modules/words", { dependencies: { letters: "1" } });
  const letters = install(top, "node_modules/letters");
  expect(packagesOf(["parser", "lines"], self)).toEqual(
    new Map([
      ["parser", parser],
      ["letters", letters],
      ["@scope/core", core],
      ["words", words],
      ["lines", nested],
    ]),
  );
});

test("follows links to where a store keeps packages, and leaves out optional ones that are not there", () => {
  const top = privateFolder();
  const self = install(top, "store/ratchet/node_modules/ratchet-agent");
  const parser = install(top, "store/parser/node_modules/parser", {
    dependencies: { words: "1" },
    optionalDependencies: { "words-linux": "1", "words-macos": "1" },
  });
  const words = install(top, "store/words/node_modules/words");
  const linux = install(top, "store/parser/node_modules/words-linux");
  symlinkSync(parser, join(top, "store/ratchet/node_modules/parser"));
  symlinkSync(words, join(top, "store/parser/node_modules/words"));
  expect(packagesOf(["parser"], self)).toEqual(
    new Map([
      ["parser", parser],
      ["words", words],
      ["words-linux", linux],
    ]),
  );
});

test("refuses what is missing, damaged, or needed in two versions", () => {
  const top = privateFolder();
  const self = install(top, "node_modules/ratchet-agent");
  expect(() => packagesOf(["parser"], self)).toThrow("parser, which");
  const parser = install(top, "store/a/node_modules/parser", { dependencies: { words: "1" } });
  symlinkSync(parser, join(top, "node_modules/parser"));
  install(top, "store/a/node_modules/words");
  install(top, "node_modules/words");
  expect(() => packagesOf(["parser", "words"], self)).toThrow("two versions of words");
  writeFileSync(join(parser, "package.json"), "{");
  expect(() => packagesOf(["parser"], self)).toThrow("cannot be read");
});

function install(top: string, path: string, manifest: object = {}): string {
  const folder = join(top, path);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  return folder;
}
