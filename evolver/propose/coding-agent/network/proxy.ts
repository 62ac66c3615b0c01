/**
 * The way out for a coding agent: a proxy on a Unix socket that connects to hosts on a list, and to nothing else. The sandbox has no
 * network; a forwarder inside carries connections to the socket. Encryption stays between the program and its provider.
 */
import { lookup as resolve, type LookupAddress, type LookupOptions } from "node:dns";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { connect, isIP, type LookupFunction } from "node:net";
import { extname, join } from "node:path";
import type { Duplex } from "node:stream";
import { isPublicAddress } from "../../../../guardrails/address.ts";
import { mountOf } from "../../../../guardrails/sandbox/mounts.ts";
import type { Mount } from "../../../../guardrails/sandbox/sandbox.ts";

export interface Proxy extends AsyncDisposable {
  /** Folder of the socket, to be shown inside. */
  readonly folder: string;
  /** `host:port` of what was asked for and is not on the list. */
  refused(): readonly string[];
}

export const SOCKET_NAME = "s";

/** The path of a Unix socket may have 108 bytes, so it does not go into TMPDIR. */
const PARENT = "/tmp";

/** @param hosts `host` or `host:port`; a name must lead to public addresses, an address or localhost is taken as it is */
export async function openProxy(hosts: readonly string[]): Promise<Proxy> {
  const allowed = new Set(hosts.map((host) => (host.includes(":") ? host : `${host}:443`).toLowerCase()));
  const refused = new Set<string>();
  const sockets = new Set<Duplex>();
  const folder = await realpath(await mkdtemp(join(PARENT, "rp-")));
  const server = createServer((_, response) => {
    response.writeHead(405, { "content-type": "text/plain" }).end("this proxy takes CONNECT only\n");
  });
  server.on("connect", (request, client: Duplex, head: Buffer) => {
    const target = (request.url ?? "").toLowerCase();
    sockets.add(client);
    client.on("error", () => client.destroy()).on("close", () => sockets.delete(client));
    if (!allowed.has(target)) {
      if (refused.size < MOST_NAMED) refused.add(target.slice(0, 100));
      client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const at = target.lastIndexOf(":");
    const host = target.slice(0, at);
    const upstream = connect({ host, port: Number(target.slice(at + 1)), lookup: publicOnly });
    sockets.add(upstream);
    upstream.on("connect", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      if (head.length > 0) upstream.write(head);
      client.pipe(upstream).pipe(client);
    });
    upstream.on("error", () => client.destroy());
    upstream.on("close", () => {
      sockets.delete(upstream);
      client.destroy();
    });
    client.on("close", () => upstream.destroy());
  });
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(join(folder, SOCKET_NAME), done);
  });
  return {
    folder,
    refused: () => [...refused],
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const MOST_NAMED = 10;

/** The socket connects to the very addresses that were checked. */
const publicOnly: LookupFunction = (host, options: LookupOptions, callback) => {
  resolve(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error !== null) return callback(error, "");
    const own = addresses.find(({ address }) => !isPublicAddress(address));
    if (own !== undefined && host !== "localhost" && isIP(host) === 0)
      return callback(new Error(`${host} is ${own.address}, not a public address`), "");
    const [first] = addresses;
    if (options.all === true) callback(null, addresses);
    else callback(null, first?.address ?? "", first?.family);
  });
};

// ---------------------------------------------------------------- the inner side

/** `.ts` in a clone, `.js` in the compiled package. */
const ENDING = extname(import.meta.filename);
export const FORWARDER_TARGET = `/forward/main${ENDING}`;

export function forwarderMount(): Mount {
  return mountOf(join(import.meta.dirname, `forward${ENDING}`), FORWARDER_TARGET, "read");
}
