/** What is wrong with a configuration file, in words, with its line. */
import { isAlias, isMap, isScalar, isSeq, type Document } from "yaml";
import type { z } from "zod";
import { closest } from "../closest.ts";
import { knownKeys } from "./known-keys.ts";

export interface Problem {
  /** Counts from 1. */
  readonly line: number;
  readonly problem: string;
}

export interface Source {
  readonly document: Document;
  readonly schema: z.ZodType;
  /** Line of a character of the file. */
  readonly lineOf: (offset: number) => number;
}

type Path = readonly PropertyKey[];

/** One problem for each key that is not known, one for any other issue. */
export function describeIssue(issue: z.core.$ZodIssue, source: Source, base: Path = []): Problem[] {
  const path = [...base, ...issue.path];
  const at = (problem: string, where: Path = path): Problem => ({ line: lineAt(where, source), problem });
  const named = (problem: string): string => (path.length > 0 ? `${path.join(".")}: ${problem}` : problem);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) =>
        at(unknownKey([...path, key], knownKeys(source.schema, path)), [...path, key]),
      );
    case "invalid_value": {
      const found: unknown = source.document.getIn(path);
      if (found === undefined) return [at(named(`is missing; it is one of ${issue.values.join(", ")}`))];
      const words = issue.values.filter((value) => typeof value === "string");
      const meant = typeof found === "string" ? closest(found, words) : undefined;
      return [at(named(issue.message + (meant === undefined ? "" : `; did you mean "${meant}"?`)))];
    }
    case "invalid_union": {
      // The form that fits best is the one that was meant.
      const best = issue.errors.toSorted((a, b) => weight(a) - weight(b))[0];
      return best === undefined
        ? [at(named(issue.message))]
        : best.flatMap((inner) => describeIssue(inner, source, path));
    }
    case "invalid_type": {
      const missing = path.length > 0 && source.document.getIn(path) === undefined;
      return [at(named(missing ? `is missing; expected ${issue.expected}` : issue.message))];
    }
    case "invalid_format":
    case "too_big":
    case "too_small":
    case "not_multiple_of":
    case "invalid_key":
    case "invalid_element":
    case "custom":
      return [at(named(issue.message))];
    default:
      return issue satisfies never;
  }
}

function unknownKey(path: Path, known: readonly string[]): string {
  const meant = closest(String(path.at(-1)), known);
  return `unknown key "${path.join(".")}"; ${meant !== undefined ? `did you mean "${meant}"?` : `known here: ${known.join(", ")}`}`;
}

function weight(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);
}

/** The line of the key or entry at `path`, or of its nearest ancestor that is there. */
function lineAt(path: Path, { document, lineOf }: Source): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    const place = isMap(node)
      ? inMap(node.items, step)
      : isSeq(node)
        ? inSequence(node.items[Number(step)])
        : undefined;
    if (place === undefined) break;
    offset = place.offset;
    node = place.node;
  }
  return lineOf(offset);
}

interface Place {
  readonly offset: number;
  readonly node: unknown;
}

function inMap(
  items: readonly { readonly key: unknown; readonly value: unknown }[],
  step: PropertyKey,
): Place | undefined {
  const pair = items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  const offset = offsetOf(pair?.key);
  return pair === undefined || offset === undefined ? undefined : { offset, node: pair.value };
}

function inSequence(node: unknown): Place | undefined {
  const offset = offsetOf(node);
  return offset === undefined ? undefined : { offset, node };
}

function offsetOf(node: unknown): number | undefined {
  const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
  return Array.isArray(range) && typeof range[0] === "number" ? range[0] : undefined;
}
