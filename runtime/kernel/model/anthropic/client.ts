/** One client for the Claude API and every server that speaks the Messages API. */
import type { ClientOptions } from "@anthropic-ai/sdk";
import type { ModelReply, ModelRequest } from "../../protocol.ts";
import { ModelError } from "../model.ts";
import type { Model, Price } from "../model.ts";
import { present } from "./credentials.ts";
import { missingKey, toModelError } from "./errors.ts";
import type { Endpoint } from "./errors.ts";
import { meaningOf, parseFailure, retryAfterMs } from "./failure.ts";
import { priceOf } from "./prices.ts";
import { chooseProfile, contextTokensOf } from "./profiles.ts";
import type { Profile, ProfileName } from "./profiles.ts";
import { secretHeaderValues } from "./redact.ts";
import { toParams } from "./request.ts";
import { readReply } from "./stream.ts";

export interface AnthropicModelOptions {
  /** The model's id at the provider. */
  readonly id: string;
  readonly apiKey?: string;
  /** Used when there is no `apiKey`. */
  readonly authToken?: string;
  /** With or without a trailing `/v1`. The Claude API by default. */
  readonly baseUrl?: string;
  /** Guessed from the base URL by default; the model's description says so then. */
  readonly profile?: ProfileName;
  /** Most tokens that a reply may have, whatever the request says. */
  readonly maxOutputTokens: number;
  /** Longest wait for the first and between any two signs of life, in milliseconds. Ten minutes by default. */
  readonly timeoutMs?: number;
  /** The list price for known Claude models by default, and otherwise unknown: also for local servers. */
  readonly price?: Price;
  /** Context window. By default that of the model when it is known, and otherwise a cautious one for the provider. */
  readonly contextTokens?: number;
  /** Sent with every request. Those whose name speaks of a secret are kept out of errors like keys. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Retries inside one call, before any part of the reply arrived. 2 by default. */
  readonly maxRetries?: number;
  /** Wraps every HTTP request, retries included; may answer by itself. The seam for recording and replay. */
  readonly middleware?: ClientOptions["middleware"];
}

/**
 * A model behind the Messages API. Reads nothing from the environment: spread `readCredentials()` into the options.
 * @throws ModelError `authentication` when the provider needs a key and there is none; `invalid_request` when the base
 *   URL is not a URL
 */
export async function createAnthropicModel(options: AnthropicModelOptions): Promise<Model> {
  const base = parseBaseUrl(options.baseUrl);
  const { profile, guess } = chooseProfile(options.profile, base.url);
  const endpoint = endpointOf(options, base.url, profile);
  const headers = options.headers ?? {};
  if (endpoint.keyVariable === undefined && profile.needsKey && !namesAuthorization(headers))
    throw missingKey(endpoint);

  const sdk = await import("@anthropic-ai/sdk");
  const timeoutMs = options.timeoutMs ?? sdk.Anthropic.DEFAULT_TIMEOUT;
  const client = new sdk.Anthropic({
    ...credential(options),
    baseURL: base.text,
    timeout: timeoutMs,
    maxRetries: options.maxRetries ?? 2,
    fetch: fetchWithAdvice,
    defaultHeaders: {
      // A null removes the header: without a key the SDK would look for one in files of its own.
      ...(endpoint.keyVariable === undefined ? { Authorization: null } : {}),
      ...(profile.version === undefined ? {} : { "anthropic-version": profile.version }),
      ...headers,
    },
    // The SDK prints what it cannot parse, which may hold a key.
    logLevel: "off",
    openTelemetry: false,
    webhookKey: null,
    ...(options.middleware === undefined ? {} : { middleware: options.middleware }),
  });

  async function create(request: ModelRequest, signal: AbortSignal): Promise<ModelReply> {
    // Aborted at the end of every call, so that a reply that is given up closes its connection.
    const call = new AbortController();
    try {
      const params = toParams(request, { id: options.id, profile, maxOutputTokens: options.maxOutputTokens });
      const sending = client.messages.create(params, { signal: AbortSignal.any([signal, call.signal]) });
      return await readReply(await sending.asResponse(), timeoutMs, () => call.abort());
    } catch (error) {
      throw toModelError(error, endpoint, sdk, signal.aborted);
    } finally {
      call.abort();
    }
  }

  const price = options.price ?? (profile.name === "claude" ? priceOf(options.id) : undefined);
  return {
    name: `${profile.provider}/${options.id}`,
    description: `${options.id}, a language model, from ${profile.title} at ${endpoint.where}${guess === "" ? "" : ` (${guess}; model.profile in agent.yaml settles it)`}`,
    deterministic: false,
    price,
    contextTokens: options.contextTokens ?? contextTokensOf(profile, options.id),
    create,
  };
}

const CLAUDE_API = "https://api.anthropic.com";

/** The SDK appends `/v1/messages`, and people paste base URLs that end in `/v1` already. */
function parseBaseUrl(given: string | undefined): { url: URL; text: string } {
  const text = (present(given) ?? CLAUDE_API).replace(/\/+$/, "").replace(/\/v1$/, "");
  if (!URL.canParse(text) || !/^https?:/.test(text)) {
    // The text may hold a password, so it is not repeated.
    const message =
      "model.base_url (or ANTHROPIC_BASE_URL) is not an http or https URL. Correct it or leave it out.";
    throw new ModelError({ code: "invalid_request", message, retryable: false });
  }
  return { url: new URL(text), text };
}

function endpointOf(options: AnthropicModelOptions, base: URL, profile: Profile): Endpoint {
  const apiKey = present(options.apiKey);
  const authToken = present(options.authToken);
  const passwords = [base.password, decodeURIComponent(base.password), base.search.slice(1)];
  const keys = [apiKey, authToken, ...passwords, ...secretHeaderValues(options.headers ?? {})];
  return {
    profile,
    modelId: options.id,
    where: `${base.origin}${base.pathname === "/" ? "" : base.pathname}`,
    keyVariable:
      apiKey !== undefined
        ? "ANTHROPIC_API_KEY"
        : authToken !== undefined
          ? "ANTHROPIC_AUTH_TOKEN"
          : undefined,
    secrets: keys.filter((key) => key !== undefined),
  };
}

/** Exactly one of the two: the SDK refuses both, and with none it searches the environment and files. */
function credential(options: AnthropicModelOptions): { apiKey: string } | { authToken: string } {
  const apiKey = present(options.apiKey);
  const authToken = present(options.authToken);
  if (apiKey !== undefined) return { apiKey };
  return authToken !== undefined ? { authToken } : { apiKey: "none" };
}

function namesAuthorization(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => /^(?:authorization|x-api-key)$/i.test(name));
}

/** Longest wait that is spent inside a call; a longer one is the caller's to decide on. */
const MAX_WAIT_MS = 60_000;

/**
 * Keeps the SDK from retrying what will fail again (a spend limit is status 429 too) and from sleeping for an hour
 * when a server asks for it. A server's own word on retries stands.
 */
async function fetchWithAdvice(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (response.ok || response.headers.has("x-should-retry")) return response;
  const body = await response.text();
  const failure = parseFailure(jsonOrText(body), response.status);
  const headers = new Headers(response.headers);
  const wait = retryAfterMs(headers, Date.now()) ?? 0;
  headers.set("x-should-retry", String(meaningOf(failure).retryable && wait <= MAX_WAIT_MS));
  return new Response(body === "" ? null : body, {
    status: response.status,
    statusText: response.statusText,
    headers,
  });
}

function jsonOrText(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
