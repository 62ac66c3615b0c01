import type { Detector } from "../detector.ts";
import { neverRepeated } from "../calls.ts";
import { templateOf } from "../template.ts";

/** A guard refused a call, and the same call never came through. */
export const refusedByPolicy: Detector = (view) => {
  const denied = view.calls.findLast(
    (call) => isDenied(call.event.decision.verdict, call.event.result) && neverRepeated(call, view),
  );
  if (!denied) return undefined;
  const { name, decision, result } = denied.event;
  const rule = decision.verdict === "allow" ? templateOf(result.content) : decision.rule;
  return {
    category: "refused-by-policy",
    template: `${name}: ${rule}`,
    step: denied.index,
    component: "environment",
    score: 0.66,
    evidence: `${name} was refused${decision.reason === "" ? "" : `: ${decision.reason}`} (${rule})`,
  };
};

interface Result {
  readonly content: string;
  readonly is_error: boolean;
  readonly failure?: { readonly kind: string } | undefined;
}

function isDenied(verdict: string, { content, is_error, failure }: Result): boolean {
  if (verdict === "deny" || failure?.kind === "denied") return true;
  if (!is_error || failure) return false;
  return /\b(?:denied|blocked|refused|rejected|disallowed|forbidden) by (?:the |a |your )?(?:\w+ )?(?:policy|guard\w*|hook|user|permissions?|sandbox)\b|\bpermission to use \w+ (?:has been )?denied\b|\bdoesn't want to (?:proceed|take this action)/i.test(
    content.slice(0, 500),
  );
}
