/** Reads V8 stack traces whose paths are relative to the genome. */

export interface Frame {
  /** Genome file, `harness/loop.ts`. */
  readonly file: string;
  /** Name of the function; empty at the top level and in anonymous functions. */
  readonly fn: string;
  /** 1-based, as V8 prints them. */
  readonly line: number;
  readonly column: number;
}

/** Frames inside the genome, innermost first. Frames of node and of the bootstrap are left out. */
export function framesOf(stack: string): Frame[] {
  return stack.split("\n").flatMap((text) => {
    const match = /^\s*at (?:(.*?) \()?(?:file:\/\/)?([^()\s]+?):(\d+):(\d+)\)?$/.exec(text);
    if (!match?.[2] || !/\.[cm]?ts$/.test(match[2]) || match[2].startsWith("node:")) return [];
    const file = match[2].replace(/^\.?\//, "");
    return [{ file, fn: plainName(match[1] ?? ""), line: Number(match[3]), column: Number(match[4]) }];
  });
}

/** `async Agent.run` → `run`, `Object.<anonymous>` → "". */
function plainName(name: string): string {
  const bare = name.replace(/^async /, "").replace(/ \[as .*\]$/, "");
  const last = bare.split(".").at(-1) ?? "";
  return last.includes("<") ? "" : last;
}
