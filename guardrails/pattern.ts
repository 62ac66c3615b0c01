/**
 * Permission patterns, as they stand in guardrails.yaml:
 *
 *     bash                            every call of the tool
 *     bash(git diff:*)                the command `git diff`, with any arguments
 *     bash(npm run *)                 `*` is any text
 *     write(src/**)                   paths; `read` rules hold for grep and glob too, `write` rules for edit
 *     http(GET api.example.com/*)     method, host and path; the method may be left out
 */
import { z } from "zod";
import type { Action } from "./action.ts";
import { hasControlOperators, possibleCommands } from "./command.ts";
import { matchesHost, matchesPath, matchesText } from "./glob.ts";

export const PermissionPattern = z.string().superRefine((text, context) => {
  const parsed = parsePattern(text);
  if ("problem" in parsed) context.addIssue({ code: "custom", message: parsed.problem, input: text });
});

/** An entry of `network.hosts`: a name or an address, `*` within a label, an optional port. */
export const HostPattern = z
  .string()
  .regex(
    /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9*_-]+(?:\.[A-Za-z0-9*_-]+)*)(?::\d{1,5})?$/,
    "a host is a name or an address without scheme and path, for example api.example.com, *.example.com or [::1]:8080",
  );

export interface Pattern {
  readonly tool: string;
  /** Undefined: every call of the tool. */
  readonly argument: string | undefined;
}

/** Tools that the rules for one tool hold for as well: whoever may not read a file may not grep it either. */
const COVERS: Readonly<Record<string, readonly string[]>> = { read: ["grep", "glob"], write: ["edit"] };

export function parsePattern(text: string): Pattern | { readonly problem: string } {
  const shape = /^([A-Za-z][\w-]*)(?:\(([\s\S]*)\))?$/.exec(text.trim());
  const form = "write tool or tool(pattern), for example bash(git diff:*)";
  if (shape === null) return { problem: `"${text}" is not a permission pattern: ${form}` };
  const argument = shape[2]?.trim();
  if (argument === "") return { problem: `"${text}" has nothing between its parentheses: ${form}` };
  try {
    matchesPath(argument ?? "", "");
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  const all = argument === undefined || argument === "*" || argument === "**" || argument === ":*";
  return { tool: shape[1] ?? "", argument: all ? undefined : argument };
}

/**
 * Whether a rule speaks of an action. A rule that allows must match all that the action does; a rule that restricts
 * (`ask`, `deny`) matches when any part of it could be meant.
 * @throws Error when the pattern is not well formed
 */
export function matchesAction(text: string, action: Action, mode: "permit" | "restrict"): boolean {
  const pattern = parsePattern(text);
  if ("problem" in pattern) throw new Error(pattern.problem);
  if (pattern.tool !== action.tool && !COVERS[pattern.tool]?.includes(action.tool)) return false;
  const { argument } = pattern;
  if (argument === undefined) return true;
  switch (action.capability) {
    case "observe":
    case "write": {
      const matches = (path: string): boolean => matchesPath(workspacePath(argument), path);
      return mode === "permit" ? action.paths.every(matches) : action.paths.some(matches);
    }
    case "execute":
      return mode === "permit"
        ? permitsCommand(argument, action.command)
        : restrictsCommand(argument, action.command);
    case "network":
      return matchesUrl(argument, action.method, action.url, mode);
    default:
      return action satisfies never;
  }
}

/** Whether a URL's host is meant by an entry of `network.hosts`. An entry without a port means every port. */
export function matchesHostEntry(entry: string, url: URL): boolean {
  const { host, port } = splitPort(entry);
  return matchesHost(host, url.hostname) && (port === undefined || port === portOf(url));
}

function workspacePath(pattern: string): string {
  return pattern.replace(/^\/workspace(\/|$)/, "").replace(/^\.\//, "") || ".";
}

function permitsCommand(argument: string, command: string): boolean {
  const text = command.trim();
  if (text === argument) return true;
  if (hasControlOperators(text)) return false;
  return matchesCommand(argument, text);
}

function restrictsCommand(argument: string, command: string): boolean {
  const text = command.trim();
  return (
    text === argument ||
    matchesCommand(argument, text) ||
    possibleCommands(text).some((part) => matchesCommand(argument, part))
  );
}

function matchesCommand(argument: string, command: string): boolean {
  const words = command.replace(/[ \t]+/g, " ");
  if (argument.endsWith(":*")) {
    const prefix = argument.slice(0, -2).trim();
    return words === prefix || words.startsWith(`${prefix} `);
  }
  return matchesText(argument, words);
}

function matchesUrl(argument: string, method: string, url: string, mode: "permit" | "restrict"): boolean {
  const shape = /^(?:([A-Z*]+)\s+)?(?:(https?):\/\/)?(\[[^\]]+\][^/]*|[^/\s]+)(\/\S*)?$/i.exec(argument);
  if (shape === null)
    throw new Error(`"${argument}" is not METHOD host/path, for example GET api.example.com/*`);
  const target = new URL(url);
  const [, wantedMethod = "*", scheme, hostEntry = "", path = "/*"] = shape;
  if (wantedMethod !== "*" && wantedMethod.toUpperCase() !== method.toUpperCase()) return false;
  if (scheme !== undefined && `${scheme.toLowerCase()}:` !== target.protocol) return false;
  if (!(hostEntry === "*" || matchesHostEntry(hostEntry, target))) return false;
  const spellings = [
    target.pathname + target.search,
    decoded(target.pathname + target.search),
    decoded(target.pathname),
  ];
  const matches = (text: string): boolean => matchesText(path, text);
  return mode === "permit" ? spellings.slice(0, 2).every(matches) : spellings.some(matches);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function splitPort(entry: string): { host: string; port: string | undefined } {
  const shape = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry);
  return { host: shape?.[1] ?? entry, port: shape?.[2] };
}

function portOf(url: URL): string {
  return url.port !== "" ? url.port : url.protocol === "https:" ? "443" : "80";
}
