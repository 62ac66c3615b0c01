/** Runs a regular expression that somebody else wrote, within a time limit: some take exponential time. */
import { Script, createContext } from "node:vm";
import { codeOf } from "../workspace/dir.ts";

/** A line that matched, with its number from 1. */
export interface Hit {
  readonly line: number;
  readonly text: string;
}

export interface LineSearch {
  /** Lines of `text` that match, `limit` at most. Undefined when all calls together took longer than the budget. */
  find(text: string, limit: number): readonly Hit[] | undefined;
}

/**
 * @param budgetMs time for all calls together; the event loop waits that long at worst
 * @throws SyntaxError when the pattern is not a regular expression
 */
export function createLineSearch(pattern: string, flags: string, budgetMs: number): LineSearch {
  const { source } = new RegExp(pattern, flags);
  const sandbox: { source: string; flags: string; text: string; limit: number } = {
    source,
    flags,
    text: "",
    limit: 0,
  };
  const context = createContext(sandbox, { codeGeneration: { strings: false, wasm: false } });
  let left = budgetMs;
  return {
    find(text, limit) {
      if (left < 1) return undefined;
      sandbox.text = text;
      sandbox.limit = limit;
      const began = performance.now();
      try {
        return JSON.parse(String(SEARCH.runInContext(context, { timeout: Math.ceil(left) }))) as Hit[];
      } catch (error) {
        if (codeOf(error) === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
        throw error;
      } finally {
        left -= performance.now() - began;
      }
    },
  };
}

/** Only in a context of its own can a match be interrupted. */
const SEARCH = new Script(`(() => {
  const regex = new RegExp(source, flags);
  const hits = [];
  const lines = text.split("\\n");
  if (lines.at(-1) === "") lines.pop();
  for (let i = 0; i < lines.length && hits.length < limit; i++) {
    const line = lines[i].endsWith("\\r") ? lines[i].slice(0, -1) : lines[i];
    if (regex.test(line)) hits.push({ line: i + 1, text: line.slice(0, 2000) });
  }
  return JSON.stringify(hits);
})()`);
