/** Sends an HTTP request to a listed host or to a service of the task. */
import { isUtf8 } from "node:buffer";
import { z } from "zod";
import { matchesHostEntry } from "../../../../guardrails/pattern.ts";
import type { ToolResult } from "../../protocol.ts";
import { messageOf } from "../../error.ts";
import { codeOf } from "../../workspace/dir.ts";
import { defineTool } from "../define.ts";
import { failed, succeeded } from "../result.ts";
import type { GuardedContext } from "../tool.ts";
import {
  exchange,
  MAX_BODY_BYTES,
  PrivateAddress,
  RequestTimeout,
  type Outgoing,
  type Reply,
} from "./exchange.ts";
import { retryAfterMs } from "./retry-after.ts";

const MAX_REDIRECTS = 5;
const DEFAULT_SECONDS = 30;

/** What the connection itself sets. */
const OWN_HEADERS =
  /^(?:host|connection|content-length|transfer-encoding|upgrade|expect|te|trailer|proxy-.*|keep-alive)$/i;

const Input = z.strictObject({
  url: z
    .string()
    .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ""), "not an http:// or https:// URL")
    .refine(
      (text) => URL.parse(text)?.username === "" && URL.parse(text)?.password === "",
      "no user name or password in a URL",
    ),
  method: z
    .string()
    .toUpperCase()
    .pipe(z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]))
    .default("GET")
    .describe("GET when left out; HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
  headers: z
    .record(
      z
        .string()
        .regex(/^[\w!#$%&'*+.^`|~-]+$/, "not a header name")
        .refine((name) => !OWN_HEADERS.test(name), "this header is set by the connection"),
      z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, "not a header value"),
    )
    .default({}),
  body: z.string().optional(),
  timeout_seconds: z.number().positive().max(120).default(DEFAULT_SECONDS),
});
type Input = z.infer<typeof Input>;

export const httpTool = defineTool<Input>({
  name: "http",
  description:
    "Send an HTTP request. Gives the status line and the body. Only hosts that the home lists can be reached.",
  capability: "network",
  input: Input,
  action: ({ method, url }) => ({ capability: "network", tool: "http", method, url: new URL(url).href }),
  async run(input, context) {
    try {
      return await follow(input, context);
    } catch (error) {
      return explainFailure(error, input, context);
    }
  },
});

async function follow(input: Input, context: GuardedContext): Promise<ToolResult> {
  let outgoing: Outgoing = firstRequest(input, context);
  for (let redirects = 0; ; redirects++) {
    const reply = await exchange(outgoing);
    const next = redirectOf(reply, outgoing);
    if (next === undefined) return toResult(reply, outgoing);
    if (next === "broken")
      return failed("failed", `HTTP ${reply.status}: redirects to nowhere that can be followed`);
    if (redirects === MAX_REDIRECTS)
      return failed("failed", `more than ${MAX_REDIRECTS} redirects; the last one led to ${next.url.href}`);
    const decision = context.permits({
      capability: "network",
      tool: "http",
      method: next.method,
      url: next.url.href,
    });
    if (decision.verdict !== "allow") {
      return failed(
        "denied",
        `HTTP ${reply.status} redirects to ${next.url.href}, which is not allowed: ${decision.reason}`,
      );
    }
    outgoing = { ...next, ...wayTo(next.url, context) };
  }
}

function firstRequest(input: Input, context: GuardedContext): Outgoing {
  const url = new URL(input.url);
  return {
    method: input.method,
    url,
    headers: { "accept-encoding": "gzip, deflate, br", ...input.headers },
    body: input.body,
    ...wayTo(url, context),
    timeoutMs: input.timeout_seconds * 1000,
    signal: context.signal,
  };
}

/** What may be connected to for this very URL: nothing of it holds for the next one that a redirect leads to. */
function wayTo(url: URL, context: GuardedContext): Pick<Outgoing, "socketPath" | "ownAddresses"> {
  return {
    socketPath: context.services.get(url.hostname),
    ownAddresses: (address) => isListed(address, url, context),
  };
}

/** Whether a person wrote this very address, or `localhost` for the loopback ones, into the list of hosts. */
function isListed(address: string, url: URL, context: GuardedContext): boolean {
  const exact = context.hosts.filter((entry) => !entry.includes("*"));
  const spelled = address.includes(":") ? `[${address}]` : address;
  const target = new URL(url);
  target.hostname = spelled;
  const isLoopback = address === "::1" || address.startsWith("127.");
  return exact.some(
    (entry) =>
      matchesHostEntry(entry, target) ||
      (isLoopback && url.hostname === "localhost" && matchesHostEntry(entry, url)),
  );
}

type Redirect = Omit<Outgoing, "socketPath" | "ownAddresses">;

function redirectOf(reply: Reply, from: Outgoing): Redirect | "broken" | undefined {
  const { location } = reply.headers;
  if (![301, 302, 303, 307, 308].includes(reply.status) || location === undefined) return undefined;
  const url = URL.parse(location, from.url.href);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    return "broken";
  const asGet = reply.status === 303 ? from.method !== "HEAD" : reply.status < 303 && from.method === "POST";
  const leaving = url.origin !== from.url.origin;
  const dropped = (name: string): boolean =>
    (leaving && /^(?:authorization|cookie|.*(?:api|auth)[_-]?(?:key|token))$/i.test(name)) ||
    (asGet && /^content-/i.test(name));
  const headers = Object.fromEntries(Object.entries(from.headers).filter(([name]) => !dropped(name)));
  return { ...from, url, headers, ...(asGet ? { method: "GET", body: undefined } : {}) };
}

function toResult(reply: Reply, { method }: Outgoing): ToolResult {
  const text = describeReply(reply);
  if (reply.status < 400) return succeeded(text);
  const safe = method === "GET" || method === "HEAD";
  if (safe && [429, 502, 503, 504].includes(reply.status)) {
    const retry = retryAfterMs(reply.headers);
    return failed("transient", text, retry !== undefined ? { retry_after_ms: retry } : {});
  }
  return failed(reply.status === 404 ? "not_found" : "failed", text);
}

function describeReply({ status, statusText, headers, body, cut }: Reply): string {
  const type = headers["content-type"];
  const head = `HTTP ${status}${statusText === "" ? "" : ` ${statusText}`}\n${type === undefined ? "" : `content-type: ${type}\n`}`;
  if (body.length === 0) return head;
  if (body.includes(0) || !(cut || isUtf8(body) || /charset=/i.test(type ?? ""))) {
    return `${head}\n(${body.length}${cut ? " or more" : ""} bytes that are not text)`;
  }
  return `${head}\n${decode(body, type)}${cut ? `\n[... cut after ${MAX_BODY_BYTES} bytes ...]` : ""}`;
}

function decode(body: Buffer, type: string | undefined): string {
  const charset = /charset="?([\w-]+)/i.exec(type ?? "")?.[1] ?? "utf-8";
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString();
  }
}

const CONNECTION_CODES = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
]);

function explainFailure(error: unknown, input: Input, context: GuardedContext): ToolResult {
  const what = `${input.method} ${input.url}`;
  if (error instanceof PrivateAddress) {
    const entry = error.address.includes(":") ? `[${error.address}]` : error.address;
    return failed(
      "denied",
      `${what}: ${error.message}. To permit it, list the address itself in guardrails.yaml:\nnetwork:\n  hosts: ["${entry}"]`,
    );
  }
  if (context.signal.aborted) return failed("failed", `${what}: stopped: the run is being ended`);
  const safe = input.method === "GET" || input.method === "HEAD";
  if (error instanceof RequestTimeout)
    return failed(safe ? "transient" : "timeout", `${what}: ${error.message}`);
  const code = codeOf(error);
  const passing = code !== undefined && CONNECTION_CODES.has(code);
  const reason = code === "ENOTFOUND" ? "there is no such host" : messageOf(error) || (code ?? "no reply");
  return failed(safe && passing ? "transient" : "failed", `${what}: ${reason}`);
}
