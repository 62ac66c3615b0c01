import type { Detector } from "../detector.ts";
import { stepOf } from "../view.ts";

/** The run ended right after a reply that said nothing and called nothing. */
export const emptyReply: Detector = (view) => {
  const last = view.models.at(-1);
  const reply = last?.event.reply;
  if (!last || !reply || reply.stop_reason !== "end_turn") return undefined;
  if (!reply.content.every((block) => block.type === "text" && block.text.trim() === "")) return undefined;
  const before = view.calls.findLast((call) => call.index < last.index);
  const silent = before !== undefined && before.event.result.content.trim() === "";
  return {
    category: "empty-reply",
    template: silent ? "an empty reply after a result without output" : "an empty reply",
    step: last.index,
    component: "harness",
    score: 0.88,
    evidence: `reply ${stepOf(last.event)} was empty${silent ? ` after ${before.event.name} printed nothing` : ""}, and the harness took it for the end`,
  };
};
