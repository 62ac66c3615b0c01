/** Whether a model can read evidence and write code. */
import type { Model } from "../../../runtime/kernel/model/model.ts";

/** The procedure model follows recipes; it is no language model. */
export function isLanguageModel({ name }: Pick<Model, "name">): boolean {
  return !name.startsWith("procedure/");
}
