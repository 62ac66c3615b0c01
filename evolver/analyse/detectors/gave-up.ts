import type { Detector } from "../detector.ts";
import { templateOf } from "../template.ts";

/** The model, or the harness for it, said that it could not go on. */
export const gaveUp: Detector = (view) => {
  const index = view.finished?.index ?? view.models.at(-1)?.index;
  if (index === undefined) return undefined;
  if (view.finished?.event.status !== "gave_up" && !GIVING_UP.test(view.lastWords)) return undefined;
  return {
    category: "gave-up",
    template: templateOf(view.lastWords) || "without a word",
    step: index,
    component: view.skills.length > 0 ? "skill" : "prompt",
    score: 0.5,
    evidence: `last words: "${view.lastWords.split("\n")[0]?.slice(0, 160)}"`,
  };
};

const GIVING_UP =
  /\bI (?:do not|don't) know\b|\b(?:cannot|can't|can not|could not|couldn't|unable to|not able to)\b|\bgiv(?:e|ing) up\b|\bgave up\b|\bfailed\b/i;
