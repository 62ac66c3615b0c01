/** Turns whatever a call failed with into the ModelError that goes over the wire, without a key in it. */
import type * as SdkModule from "@anthropic-ai/sdk";
import type { ErrorCode, WireError } from "../../protocol.ts";
import { ModelError } from "../model.ts";
import { MalformedReply } from "./events.ts";
import { meaningOf, parseFailure, retryAfterMs } from "./failure.ts";
import type { ProviderFailure } from "./failure.ts";
import type { Profile } from "./profiles.ts";
import { redactKeys } from "./redact.ts";
import { BrokenStream, StreamedFailure, causes } from "./stream.ts";

/** What an error message may say about the model that failed. */
export interface Endpoint {
  readonly profile: Profile;
  readonly modelId: string;
  /** Base URL without user, password and query. */
  readonly where: string;
  /** The environment variable that the key came from; undefined when there is no key. */
  readonly keyVariable: string | undefined;
  /** Everything that must not appear in a message. */
  readonly secrets: readonly string[];
}

type Sdk = typeof SdkModule;

/** @param aborted true when the caller gave up; whatever the call failed with then is a consequence */
export function toModelError(error: unknown, endpoint: Endpoint, sdk: Sdk, aborted: boolean): ModelError {
  if (error instanceof ModelError) return error;
  const wire = aborted ? ABORTED : describe(error, endpoint, sdk);
  return new ModelError({ ...wire, message: limit(redactKeys(wire.message, endpoint.secrets)) });
}

/** The call cannot even be made: the configuration lacks a key. */
export function missingKey(endpoint: Endpoint): ModelError {
  return new ModelError({
    code: "authentication",
    message:
      `${endpoint.profile.title} at ${endpoint.where} needs a key, and neither ANTHROPIC_API_KEY nor ` +
      `ANTHROPIC_AUTH_TOKEN is set. Set one of them in the environment of this command.`,
    retryable: false,
  });
}

const ABORTED: WireError = {
  code: "aborted",
  message: "the call was aborted before the model answered",
  retryable: false,
};

function describe(error: unknown, endpoint: Endpoint, sdk: Sdk): WireError {
  const { title } = endpoint.profile;
  const at = `${title} at ${endpoint.where}`;
  if (error instanceof StreamedFailure) return answered(error.failure, undefined, endpoint);
  if (error instanceof MalformedReply) {
    return { code: "provider_error", message: `${at} sent ${error.message}`, retryable: true };
  }
  if (error instanceof BrokenStream) {
    return { code: "connection", message: `lost ${at}: ${error.message}`, retryable: true };
  }
  if (error instanceof sdk.APIError && error.status !== undefined) {
    return answered(parseFailure(error.error ?? error.message, error.status), error.headers, endpoint);
  }
  if (isConnectionError(error, sdk)) {
    const message = `no connection to ${at}: ${causes(error)} Is the server running, and is model.base_url right?`;
    return { code: "connection", message, retryable: true };
  }
  return {
    code: "internal",
    message: `the call to ${at} could not be made: ${causes(error)}`,
    retryable: false,
  };
}

/** With middleware in place the SDK passes the errors of fetch on as they are. */
function isConnectionError(error: unknown, sdk: Sdk): boolean {
  if (error instanceof sdk.APIConnectionError) return true;
  if (!(error instanceof Error)) return false;
  return error.name === "AbortError" || (error instanceof TypeError && error.message === "fetch failed");
}

function answered(failure: ProviderFailure, headers: Headers | undefined, endpoint: Endpoint): WireError {
  const { code, retryable } = meaningOf(failure);
  const kind = [failure.status, failure.code ?? failure.type].filter((part) => part !== undefined).join(" ");
  const id = headers?.get("request-id");
  const reference = typeof id === "string" ? ` (request ${id})` : "";
  const wait = headers === undefined || !retryable ? undefined : retryAfterMs(headers, Date.now());
  return {
    code,
    message: `${endpoint.profile.title} at ${endpoint.where} answered ${kind}: ${failure.message}${reference}${advice(code, failure, endpoint)}`,
    retryable,
    ...(wait === undefined ? {} : { retry_after_ms: wait }),
  };
}

function advice(code: ErrorCode, failure: ProviderFailure, endpoint: Endpoint): string {
  switch (code) {
    case "authentication":
      return endpoint.keyVariable === undefined
        ? ". No key was sent: set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN."
        : `. ${failure.status === 403 ? "The key may not be used for this" : "The key was refused"}: check ${endpoint.keyVariable}.`;
    case "spend_limit":
      return ". Raise the limit or the balance at the provider, or wait for the next period; trying again will not help.";
    case "not_found":
      return `. Check model.id (${endpoint.modelId}) and model.base_url in agent.yaml.`;
    default:
      return "";
  }
}

/** Error bodies may be whole pages. */
function limit(text: string): string {
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE)}… (${text.length} characters)`;
}

const MAX_MESSAGE = 2000;
