/** The change that most operators make: a few splices in one file, as good as the place is suspicious. */
import { suspicionAt } from "../evidence.ts";
import type { Evidence } from "../evidence.ts";
import type { Variant } from "../operator.ts";
import { linesOf } from "../project.ts";
import type { Node, Source, Splice } from "../project.ts";

/** @param share how sure the shape is, from 0 to 1, apart from the place */
export function changeAt(
  evidence: Evidence,
  source: Source,
  node: Node,
  title: string,
  splices: readonly Splice[],
  share = 1,
): Variant {
  const { from, to } = linesOf(source, node);
  const fit = share * suspicionAt(evidence, source.path, from, to);
  return { title, splices: new Map([[source.path, splices]]), fit };
}

/** All variants of one kind at once, where there are several: what is wrong here is often wrong there. */
export function withAll(variants: readonly Variant[], title: string): Variant[] {
  if (variants.length < 2) return [...variants];
  const splices = new Map<string, Splice[]>();
  for (const variant of variants) {
    for (const [path, own] of variant.splices) {
      const known = splices.get(path) ?? [];
      const fresh = own.filter((splice) => !known.some((other) => sameSplice(splice, other)));
      splices.set(path, [...known, ...fresh]);
    }
  }
  const fit = 0.9 * Math.max(...variants.map((variant) => variant.fit));
  return [...variants, { title, splices, fit }];
}

/** A helper or an import that each variant brings along is added once. */
function sameSplice(a: Splice, b: Splice): boolean {
  return a.start === b.start && a.end === b.end && a.text === b.text;
}
