/** A promotion that is not made. */
import { RatchetError } from "../../runtime/kernel/error.ts";

/** Why a promotion was refused. All but `unknown-commit` and `already-released` can be forced. */
export type Refusal =
  | "unknown-commit"
  | "already-released"
  | "not-accepted"
  | "changed-since-verdict"
  | "release-moved"
  | "parent-not-released"
  | "not-a-descendant"
  | "unhealthy";

export class PromotionRefused extends RatchetError {
  readonly refusal: Refusal;
  constructor(refusal: Refusal, message: string, hint?: string) {
    super("refused", message, hint);
    this.refusal = refusal;
  }

  override get details(): Readonly<Record<string, unknown>> {
    return { refusal: this.refusal };
  }
}
