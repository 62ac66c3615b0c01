/** Whether a model can read evidence and write code. */
import type { Model } from "../../../runtime/kernel/model/model.ts";

/** As the model says of itself, and true where it says nothing. */
export function isLanguageModel(model: Pick<Model, "isLanguageModel">): boolean {
  return model.isLanguageModel !== false;
}
