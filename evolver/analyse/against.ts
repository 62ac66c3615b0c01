/** What speaks against a guess. */
import { count } from "../../runtime/kernel/count.ts";
import type { Finding } from "./detector.ts";
import type { View } from "./view.ts";

/** In one sentence; undefined when nothing does. `shared`: the share of successful runs that show the same kind. */
export function againstOf(finding: Finding, view: View, shared: number): string | undefined {
  const objections = [
    ...(shared > 0 ? [`${Math.round(shared * 100)}% of the successful runs show it, too`] : []),
    ...wentOn(finding, view),
    ...(view.imported && finding.component === "harness"
      ? ["the run was imported: its requests are put together from a transcript"]
      : []),
  ];
  return objections.length > 0 ? objections.join("; ") : undefined;
}

/** A run that did much after a step was not stopped by it; what was built on it may still be wrong. */
function wentOn({ step, category }: Finding, view: View): string[] {
  if (category === "wrong-result") return [];
  const later = view.calls.filter(({ index, event }) => index > step && !event.result.is_error).length;
  return later >= 2 ? [`the run went on: ${count(later, "call")} succeeded after it`] : [];
}
