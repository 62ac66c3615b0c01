/** The change that several operators share: put a helper between the harness and the kernel. */
import { linesOf } from "../project.ts";
import type { Source, Splice } from "../project.ts";
import { suspicionAt } from "../evidence.ts";
import type { Evidence } from "../evidence.ts";
import type { KernelCall } from "./kernel-calls.ts";
import type { Variant } from "../operator.ts";
import { appended, typeImports } from "./style.ts";

export interface Helper {
  readonly name: string;
  /** Declaration of the helper: takes the kernel and the argument, returns what the kernel returns. */
  readonly code: string;
  readonly types: readonly string[];
}

/**
 * Replaces `kernel.tools.call(x)` by `helper(kernel, x)` and declares the helper below. The first variant does so at all
 * sites, since what can happen at one can happen at the others; each site alone is the smaller change.
 */
export function wrapped(
  sites: readonly KernelCall[],
  helper: (source: Source) => Helper,
  title: string,
  evidence: Evidence,
): Variant[] {
  const reachable = sites.filter((site) => site.kernel !== undefined);
  const together = reachable.length > 0 ? [variant(reachable, helper, title, evidence)] : [];
  if (reachable.length < 2) return together;
  const alone = reachable.map((site) => {
    const where = `${site.source.path}:${linesOf(site.source, site.call).from}`;
    const single = variant([site], helper, `${title} in ${where}`, evidence);
    return { ...single, fit: single.fit * 0.8 };
  });
  return [...together, ...alone];
}

function variant(
  sites: readonly KernelCall[],
  helper: (source: Source) => Helper,
  title: string,
  evidence: Evidence,
): Variant {
  const splices = new Map<string, readonly Splice[]>();
  for (const [source, own] of Map.groupBy(sites, (site) => site.source)) {
    const { name, code, types } = helper(source);
    const replacements = own.map(({ call, argument, kernel }) => {
      const text = `${name}(${kernel}, `;
      return { start: call.getStart(source.ast), end: argument.getStart(source.ast), text };
    });
    splices.set(source.path, [...typeImports(source, types), ...replacements, appended(source, code)]);
  }
  return { title, splices, fit: Math.max(...sites.map((site) => fitOf(site, evidence))) };
}

function fitOf({ source, call }: KernelCall, evidence: Evidence): number {
  const { from, to } = linesOf(source, call);
  return suspicionAt(evidence, source.path, from, to);
}
