/** What went wrong, for a person: what happened, where, what to do. The kind decides the exit code. */
export type ErrorKind = "usage" | "config" | "budget" | "refused" | "infrastructure";

export class RatchetError extends Error {
  override readonly name = "RatchetError";
  readonly kind: ErrorKind;
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(kind: ErrorKind, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.hint = hint;
  }

  /** What a program may want to know of it, beside the words. */
  get details(): Readonly<Record<string, unknown>> {
    return {};
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
