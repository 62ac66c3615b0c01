/** One HTTP request and its reply: capped, timed, to a checked address only. */
import { lookup as resolve, type LookupAddress, type LookupOptions } from "node:dns";
import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { isPublicAddress } from "../../../../guardrails/address.ts";

/** Longest body that is taken, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;

export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Unix socket to use in place of the network. */
  readonly socketPath: string | undefined;
  /** Addresses that are not public and may be reached all the same. */
  readonly ownAddresses: (address: string) => boolean;
  /** Until the whole reply must be there. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly statusText: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body was longer than the cap. */
  readonly cut: boolean;
}

/** The address is one that no request may go to. */
export class PrivateAddress extends Error {
  override readonly name = "PrivateAddress";
  readonly address: string;
  constructor(host: string, address: string) {
    super(
      host === address ? `${address} is not a public address` : `${host} is ${address}, not a public address`,
    );
    this.address = address;
  }
}

/** The reply took too long. */
export class RequestTimeout extends Error {
  override readonly name = "RequestTimeout";
}

/** @throws PrivateAddress, RequestTimeout, and what the network throws */
export async function exchange(outgoing: Outgoing): Promise<Reply> {
  const { url, socketPath } = outgoing;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (socketPath === undefined && isIP(host) !== 0) refusePrivate(host, host, outgoing);
  const timeout = AbortSignal.timeout(outgoing.timeoutMs);
  const signal = AbortSignal.any([timeout, outgoing.signal]);
  try {
    const response = await send(outgoing, signal);
    const { body, cut } = await readBody(response);
    return {
      status: response.statusCode ?? 0,
      statusText: response.statusMessage ?? "",
      headers: response.headers,
      body,
      cut,
    };
  } catch (error) {
    if (timeout.aborted) throw new RequestTimeout(`no complete reply within ${outgoing.timeoutMs / 1000} s`);
    throw error;
  }
}

function send(outgoing: Outgoing, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, socketPath, method, body } = outgoing;
  const options: RequestOptions = {
    method,
    path: url.pathname + url.search,
    headers: { "user-agent": "ratchet", accept: "*/*", ...outgoing.headers, host: url.host },
    signal,
    agent: false,
    ...(socketPath !== undefined
      ? { socketPath }
      : {
          hostname: url.hostname.replace(/^\[|\]$/g, ""),
          port: url.port !== "" ? Number(url.port) : url.protocol === "https:" ? 443 : 80,
          lookup: checkedLookup(outgoing),
        }),
  };
  return new Promise((done, fail) => {
    const start = url.protocol === "https:" && socketPath === undefined ? httpsRequest : httpRequest;
    const request = start(options, done);
    request.on("error", fail);
    request.end(body);
  });
}

/** The socket connects to the very addresses that were checked, so a second answer of the name server is never used. */
function checkedLookup(outgoing: Outgoing): LookupFunction {
  return (host, options: LookupOptions, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, "");
      try {
        for (const { address } of addresses) refusePrivate(host, address, outgoing);
      } catch (refused) {
        return callback(refused as Error, "");
      }
      const [first] = addresses;
      if (options.all === true) callback(null, addresses);
      else callback(null, first?.address ?? "", first?.family);
    });
  };
}

function refusePrivate(host: string, address: string, outgoing: Outgoing): void {
  if (!isPublicAddress(address) && !outgoing.ownAddresses(address)) throw new PrivateAddress(host, address);
}

/** Decompresses while it counts, so that a small reply cannot become a large one. */
async function readBody(response: IncomingMessage): Promise<{ body: Buffer; cut: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  const decoder = decoderFor(response.headers["content-encoding"]);
  if (decoder !== undefined) response.on("error", (error) => decoder.destroy(error)).pipe(decoder);
  const stream = decoder ?? response;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > MAX_BODY_BYTES) break;
    }
  } finally {
    response.destroy();
  }
  const cut = length > MAX_BODY_BYTES;
  return { body: Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES), cut };
}

function decoderFor(encoding: string | undefined) {
  switch (encoding?.toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      return undefined;
  }
}
