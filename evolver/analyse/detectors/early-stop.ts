import type { Detector } from "../detector.ts";
import { stepOf } from "../view.ts";

/** The run called itself done while the model was cut off, paused, or had just said what it would do next. */
export const earlyStop: Detector = (view) => {
  const last = view.models.at(-1);
  const reply = last?.event.reply;
  if (!last || !reply || (view.finished && view.finished.event.status !== "done")) return undefined;
  const cut = reply.stop_reason === "max_tokens" || reply.stop_reason === "pause_turn";
  const calls = reply.content.some((block) => block.type === "tool_use");
  const promise = calls ? undefined : PROMISE.exec(view.lastWords.slice(-400));
  if (!cut && !promise) return undefined;
  return {
    category: "early-stop",
    template: cut
      ? `the end after a reply that stopped for ${reply.stop_reason}`
      : "the end after a promise to go on",
    step: last.index,
    component: cut ? "harness" : "model",
    score: cut ? 0.87 : 0.58,
    evidence: cut
      ? `reply ${stepOf(last.event)} stopped for ${reply.stop_reason}, and the run ended with it`
      : `the last reply announces more: "${promise?.[0].trim() ?? ""}"`,
  };
};

const PROMISE =
  /(?:^|[.!:\n]\s*)(?:(?:next|now|then),? )?(?:I(?:'| wi)ll|let me|I am going to|I'm going to) (?:now |next |first |then |start by |proceed to |continue )?(?!know\b|be\b|wait\b|be here\b|stop\b)[a-z]+[^.?!\n]{0,100}[.:…]?\s*$/i;
