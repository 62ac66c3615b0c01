/** What a provider's error means. Codes come first and text last; the specific comes before the generic. */
import { z } from "zod";
import type { ErrorCode } from "../../protocol.ts";

/** An error that a provider answered with, by status or inside a stream. */
export interface ProviderFailure {
  /** HTTP status; absent for an error event in a stream. */
  readonly status?: number | undefined;
  /** `error.type` */
  readonly type?: string | undefined;
  /** `error.details.error_code` of the Claude API, `error.code` of others. */
  readonly code?: string | undefined;
  readonly message: string;
}

export interface Meaning {
  readonly code: ErrorCode;
  /** May succeed when sent again unchanged. */
  readonly retryable: boolean;
}

export function meaningOf(failure: ProviderFailure): Meaning {
  return byCode(failure) ?? byText(failure) ?? byType(failure) ?? byStatus(failure.status);
}

/** Reads an error body in any of the shapes that servers use. @param status HTTP status, if there was one */
export function parseFailure(body: unknown, status?: number): ProviderFailure {
  const text = typeof body === "string" ? body : JSON.stringify(body ?? "");
  const parsed = ErrorBody.safeParse(body);
  if (!parsed.success) return { status, message: text };
  const { error, detail, message } = parsed.data;
  if (typeof error === "string") return { status, message: error };
  return {
    status,
    type: error?.type ?? undefined,
    code: error?.details?.error_code ?? textCode(error?.code),
    message: error?.message ?? message ?? detail ?? text,
  };
}

/**
 * How long the server asks to wait, in milliseconds, from `retry-after-ms` or `retry-after` (seconds or a date).
 * Undefined when it does not say.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const ms = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (ms >= 0) return ms;
  const value = headers.get("retry-after") ?? "";
  const seconds = Number(value);
  if (value.trim() !== "" && seconds >= 0) return seconds * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const ErrorBody = z.object({
  error: z
    .union([
      z.string(),
      z.object({
        type: z.string().nullish(),
        message: z.string().optional(),
        code: z.union([z.string(), z.number()]).nullish(),
        details: z
          .object({ error_code: z.string().optional().catch(undefined) })
          .nullish()
          .catch(undefined),
      }),
    ])
    .optional(),
  message: z.string().optional().catch(undefined),
  detail: z.string().optional().catch(undefined),
});

function textCode(code: string | number | null | undefined): string | undefined {
  return typeof code === "string" ? code : undefined;
}

function byCode({ code, type, status }: ProviderFailure): Meaning | undefined {
  for (const name of [code, type]) {
    if (name !== undefined && SPEND_CODES.has(name)) return { code: "spend_limit", retryable: false };
    if (name !== undefined && OVERFLOW_CODES.has(name)) return { code: "context_overflow", retryable: false };
  }
  return status === 402 ? { code: "spend_limit", retryable: false } : undefined;
}

const SPEND_CODES: ReadonlySet<string> = new Set([
  // Claude API, error.details.error_code and error.type
  "enforced_spend_limit_reached",
  "contract_spend_limit_reached",
  "linked_organization_spend_limit_reached",
  "linked_organization_billing_unavailable",
  "billing_error",
  // gateways
  "budget_exceeded",
  "insufficient_quota",
]);

const OVERFLOW_CODES: ReadonlySet<string> = new Set([
  "request_too_large",
  "request_body_too_large_after_decoding",
  "context_length_exceeded",
  "exceed_context_size_error",
]);

/** The Claude API has no code for a limit that the user set, nor for a prompt that is too long. */
function byText({ status, message }: ProviderFailure): Meaning | undefined {
  if (
    status !== undefined &&
    status !== 400 &&
    status !== 413 &&
    status !== 422 &&
    status !== 429 &&
    status !== 500
  ) {
    return undefined;
  }
  if (SPEND_TEXT.test(message)) return { code: "spend_limit", retryable: false };
  if (status !== 429 && OVERFLOW_TEXT.test(message)) return { code: "context_overflow", retryable: false };
  return undefined;
}

const SPEND_TEXT =
  /reached your specified (?:workspace )?API usage limits|credit balance is too low|budget has been exceeded/i;

const OVERFLOW_TEXT =
  /prompt is too long|input (?:length|is) (?:and `?max_tokens`? exceed|too long)|exceeds? (?:the )?(?:available |maximum |model'?s? )*context (?:size|length|limit|window)|maximum context length|context[ _]?(?:length|window)[ _]?exceeded/i;

/** Also for error events in a stream, which have no status. */
function byType({ type }: ProviderFailure): Meaning | undefined {
  return type === undefined ? undefined : BY_TYPE[type];
}

const BY_TYPE: Readonly<Record<string, Meaning>> = {
  authentication_error: { code: "authentication", retryable: false },
  permission_error: { code: "authentication", retryable: false },
  not_found_error: { code: "not_found", retryable: false },
  rate_limit_error: { code: "rate_limited", retryable: true },
  overloaded_error: { code: "overloaded", retryable: true },
};

function byStatus(status: number | undefined): Meaning {
  if (status === undefined || status >= 500) {
    return status === 529
      ? { code: "overloaded", retryable: true }
      : { code: "provider_error", retryable: true };
  }
  switch (status) {
    case 401:
    case 403:
      return { code: "authentication", retryable: false };
    case 404:
      return { code: "not_found", retryable: false };
    case 408:
      return { code: "connection", retryable: true };
    case 409:
      return { code: "provider_error", retryable: true };
    case 413:
      return { code: "context_overflow", retryable: false };
    case 429:
      return { code: "rate_limited", retryable: true };
    default:
      return status >= 400
        ? { code: "invalid_request", retryable: false }
        : { code: "provider_error", retryable: false };
  }
}
