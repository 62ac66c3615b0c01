/** Options and help texts that several commands share. */
import { Option } from "commander";
import { level } from "./arguments.ts";

export const json = (): Option => new Option("--json", "print one JSON value on stdout and nothing else");
export const dangerOption = (): Option =>
  new Option(
    "--dangerously-without-sandbox",
    "confine nothing when no sandbox works here: everything the agent runs can do what you can do",
  );
export const alphaOption = (): Option =>
  new Option("--alpha <a>", "bound on the probability of a false promotion").argParser(level).default(0.05);
export const homeOption = (): Option =>
  new Option("--home <dir>", "home of the agent (default: the nearest one upwards)");

/** Shown below the options in the help of a command. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}\n`).join("")}`.trimEnd();
}
